package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;

/// Load balancers that stop within a PROXY header, or send none.
@Timeout(120)
class ProxyHeaderTest {
    private static final int SILENT = 500;
    private static final int CONVERSATIONS = 9;
    private static final int WARM_UPS = 3;
    /// Far more than what a busy machine makes of two measurements, far less than a wait for silent connections would.
    private static final long FACTOR = 10;
    private static final String TEXT = "PROXY TCP4 192.0.2.7 198.51.100.1 4000 443\r\n";
    private static final byte[] BINARY = HexFormat.of()
            .parseHex("0d0a0d0a000d0a515549540a" + "2111000f" + "c0000207c63364010fa001bb" + "040000");

    @TempDir
    private Path directory;

    private CommandLine server(String model, String timeout) throws Exception {
        return CommandLine.serve(directory, "upper", "--listen", "tcp://127.0.0.1:0", "--proxy-protocol", "127.0.0.1",
                "--proxy-protocol-timeout", timeout, "--model", model);
    }

    private static Socket connect(CommandLine server) throws IOException {
        Socket client = new Socket();
        client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
        client.setSoTimeout(20_000);
        return client;
    }

    private static void converses(CommandLine server, byte[] header) throws IOException {
        try (Socket client = connect(server)) {
            client.getOutputStream().write(header);
            client.getOutputStream().write("hello\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine()).isEqualTo("HELLO");
        }
    }

    /// Tries again after a delay of the machine that was longer than the time limit of the header.
    private static void conversesInTime(CommandLine server, byte[] header) throws Exception {
        Eventually.holds(() -> {
            try {
                converses(server, header);
            } catch (IOException e) {
                throw new AssertionError("the header was not whole in time", e);
            }
        });
    }

    /// Whether the server closes the connection without a byte.
    private static boolean closes(Socket client) throws IOException {
        try {
            return client.getInputStream().read() < 0;
        } catch (IOException e) {
            return String.valueOf(e.getMessage()).contains("reset");
        }
    }

    @ParameterizedTest(name = "{0}")
    @Models({"iterative", "thread", "thread-pool", "virtual", "nio", "epoll", "io_uring", "process", "process-pool"})
    void aHeaderThatStopsAnywhereIsGivenUpAfterTheTimeout(String model) throws Exception {
        List<Socket> stopped = new ArrayList<>();
        try (CommandLine server = server(model, "300ms")) {
            for (byte[] header : List.of(TEXT.getBytes(StandardCharsets.US_ASCII), BINARY)) {
                conversesInTime(server, header);
                for (int length = 0; length < header.length; length++) {
                    Socket client = connect(server);
                    stopped.add(client);
                    client.getOutputStream().write(Arrays.copyOf(header, length));
                }
            }
            for (Socket client : stopped) {
                assertThat(closes(client)).isTrue();
            }
            conversesInTime(server, BINARY);
            assertThat(server.errors()).contains("is refused: its PROXY header was not whole in time");
        } finally {
            for (Socket client : stopped) {
                client.close();
            }
        }
    }

    /// What a conversation takes, from connect to the reply. The first ones do not count: the server's code is new to the JVM.
    private static long medianNanos(CommandLine server) throws IOException {
        long[] nanos = new long[CONVERSATIONS];
        for (int i = -WARM_UPS; i < CONVERSATIONS; i++) {
            long beganNanos = System.nanoTime();
            converses(server, TEXT.getBytes(StandardCharsets.US_ASCII));
            nanos[Math.max(0, i)] = System.nanoTime() - beganNanos;
        }
        Arrays.sort(nanos);
        return nanos[CONVERSATIONS / 2];
    }

    @ParameterizedTest(name = "{0}")
    @Models({"thread", "thread-pool", "virtual", "nio", "epoll", "io_uring", "process", "process-pool"})
    void manyConnectionsThatSendNothingDelayNone(String model) throws Exception {
        Requirements.descriptors(SILENT + 500);
        List<Socket> silent = new ArrayList<>();
        try (CommandLine server = server(model, "60s")) {
            long aloneNanos = medianNanos(server);
            for (int i = 0; i < SILENT; i++) {
                silent.add(connect(server));
            }
            // Others may keep the machine busy for a moment; what the silent ones cost would last.
            Eventually.holds(() -> assertThat(medianNanos(server))
                    .as("a conversation beside silent connections, with %d ns alone", aloneNanos)
                    .isLessThan(FACTOR * aloneNanos));
            assertThat(server.errors()).doesNotContain("is refused");
        } finally {
            for (Socket client : silent) {
                client.close();
            }
        }
    }
}
