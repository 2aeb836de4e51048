package dev.polyserve.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.polyserve.admin.http.ServerSentEvents;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ServerSentEventsTest {
    private static final Duration INTERVAL = Duration.ofMillis(50);
    private static final Duration STUCK = Duration.ofMillis(300);
    /// More than the buffers of two sockets.
    private static final int LARGE = 32 << 20;

    private final AtomicInteger count = new AtomicInteger();
    private final StringBuilder large = new StringBuilder();
    private final ServerSentEvents streams = new ServerSentEvents(
            new StatusEvents(this::figures, INTERVAL)::open, INTERVAL, STUCK);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer http;

    ServerSentEventsTest() throws IOException {
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.createContext("/", exchange -> {
            try (exchange) {
                streams.serve(exchange);
            }
        });
        http.setExecutor(threads);
        http.start();
    }

    @AfterEach
    void stop() {
        streams.close();
        http.stop(0);
        threads.close();
    }

    private SequencedMap<String, Object> figures() {
        return new LinkedHashMap<>(Map.of("count", count.getAndIncrement(), "same", large.toString()));
    }

    @Test
    void sendsAllAndThenWhatHasChanged() throws Exception {
        try (Socket page = page();
                BufferedReader events = new BufferedReader(
                        new InputStreamReader(page.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(data(events)).contains("\"count\":0").contains("\"same\":\"\"");
            assertThat(data(events)).contains("\"count\":1").doesNotContain("same");
        }
        // The end of the page is noticed at one of the next events.
        while (streams.pages() > 0) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void aPageThatStopsReadingIsEnded() throws Exception {
        large.repeat('x', LARGE);
        try (Socket _ = page()) {
            while (streams.pages() == 0) {
                LockSupport.parkNanos(1_000_000);
            }
            long began = System.nanoTime();
            while (streams.pages() > 0) {
                assertThat(streams.hasRoom()).isTrue();
                LockSupport.parkNanos(1_000_000);
            }
            assertThat(System.nanoTime() - began).isGreaterThan(STUCK.toNanos() / 2);
        }
    }

    @Test
    void whatAsksForTheHeadersOnlyIsNoPage() throws Exception {
        try (Socket one = asks("HEAD")) {
            String answer = new String(one.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
            assertThat(answer).isEqualTo("HTTP/1.1 200");
        }
        while (streams.pages() > 0) {
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(count).as("figures that were read").hasValue(0);
    }

    private Socket page() throws IOException {
        return asks("GET");
    }

    private Socket asks(String method) throws IOException {
        Socket page = new Socket(InetAddress.getLoopbackAddress(), http.getAddress().getPort());
        page.getOutputStream().write((method + " / HTTP/1.1\r\nHost: x\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        return page;
    }

    private static String data(BufferedReader events) throws IOException {
        String line = events.readLine();
        while (line != null && !line.startsWith("data: ")) {
            line = events.readLine();
        }
        return String.valueOf(line);
    }
}
