package dev.polyserve.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Connection;
import dev.polyserve.Framing;
import dev.polyserve.Input;
import dev.polyserve.Limit;
import dev.polyserve.Model;
import dev.polyserve.OnFull;
import dev.polyserve.Options;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import dev.polyserve.Server;
import dev.polyserve.ServerBuilder;
import dev.polyserve.ServerStats;
import dev.polyserve.ServerStats.CloseReason;
import dev.polyserve.ServerStats.HandshakeResult;
import dev.polyserve.ServerStats.ListenerStats;
import dev.polyserve.Tls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The counters of a server are what its clients did, in each model that serves in its own process.
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class ServerStatsTest {
    static Stream<String> models() {
        return Stream.of("iterative", "thread", "thread-pool", "virtual", "nio", "polling", "select", "poll", "epoll",
                "epoll-et", "io_uring");
    }

    static Stream<String> concurrentModels() {
        return models().skip(1);
    }

    /// The ways to serve; each sends every line back.
    enum Style {
        HANDLER, PROTOCOL, MESSAGES
    }

    static Stream<Object[]> modelsAndStyles() {
        return models().flatMap(model -> Stream.of(Style.values()).map(style -> new Object[]{model, style}));
    }

    private static final class Echo implements Protocol {
        @Override
        public void received(Input in, Output out) throws IOException {
            out.write(in.take(in.available()));
        }
    }

    private static void echo(Connection client) throws IOException {
        for (String line; (line = client.readLine()) != null;) {
            client.writeLine(line);
        }
    }

    private static ServerBuilder server(String model, String... endpoints) {
        Model how = Model.named(model);
        Optional<String> whyNot = Server.whyNot(how);
        assumeTrue(whyNot.isEmpty(), () -> "needs a model that cannot run here: " + whyNot.orElse(""));
        ServerBuilder builder = Server.at(endpoints[0]).model(how);
        for (String more : List.of(endpoints).subList(1, endpoints.length)) {
            builder = builder.listen(more);
        }
        return builder;
    }

    private static ServerBuilder server(String model, Style style) {
        ServerBuilder builder = server(model, "tcp://127.0.0.1:0");
        return switch (style) {
            case HANDLER -> builder.handle(ServerStatsTest::echo);
            case PROTOCOL -> builder.protocol(Echo::new);
            case MESSAGES -> builder.messages(Framing.lines(), (line, client) -> client.writeLine(line));
        };
    }

    private static Socket connect(int port) throws IOException {
        Socket client = new Socket(InetAddress.ofLiteral("127.0.0.1"), port);
        client.setSoTimeout(20_000);
        return client;
    }

    private static void exchange(Socket client, int lines) throws IOException {
        for (int i = 0; i < lines; i++) {
            client.getOutputStream().write("123456789\n".getBytes(US_ASCII));
            assertThat(client.getInputStream().readNBytes(10)).hasSize(10);
        }
    }

    /// The counters, as soon as they are so: they may lag behind what a client has seen.
    private static ServerStats when(Server server, Predicate<ServerStats> so) {
        ServerStats now = server.stats();
        while (!so.test(now)) {
            Thread.onSpinWait();
            now = server.stats();
        }
        return now;
    }

    private static long closed(ServerStats stats) {
        return stats.closed().values().stream().mapToLong(Long::longValue).sum();
    }

    @ParameterizedTest
    @MethodSource("modelsAndStyles")
    void bytesOfAnOpenConnectionCount(String model, Style style) throws Exception {
        try (Server server = server(model, style).start()) {
            try (Socket client = connect(server.port())) {
                exchange(client, 3);
                ServerStats open = when(server, now -> now.bytesIn() == 30 && now.bytesOut() == 30);
                assertThat(open.active()).isEqualTo(1);
                assertThat(open.closed()).isEmpty();
                assertThat(open.connectionDurations().count()).isZero();
                exchange(client, 1);
                assertThat(when(server, now -> now.bytesIn() == 40 && now.bytesOut() == 40).active()).isEqualTo(1);
            }
            ServerStats over = when(server, now -> now.active() == 0);
            assertThat(over.bytesIn()).isEqualTo(40);
            assertThat(over.bytesOut()).isEqualTo(40);
            assertThat(over.closed()).containsOnlyKeys(CloseReason.DONE).containsValue(1L);
            assertThat(over.connectionDurations().count()).isEqualTo(1);
            assertThat(over.connectionDurations().sum()).isBetween(Duration.ofNanos(1), Duration.ofSeconds(60));
        }
    }

    @ParameterizedTest
    @MethodSource("concurrentModels")
    void whatClientsCountedIsWhatTheServerCounts(String model) throws Exception {
        Options options = Options.defaults().withMaxConnections(3).withOnFull(OnFull.REJECT);
        try (Server server = server(model, "tcp://127.0.0.1:0", "tcp://127.0.0.1:0").options(options)
                .handle(ServerStatsTest::echo).start()) {
            int[] ports = server.endpoints().stream()
                    .mapToInt(endpoint -> Integer.parseInt(endpoint.toString().replaceFirst(".*:", ""))).toArray();
            try (Socket first = connect(ports[0]);
                    Socket second = connect(ports[0]);
                    Socket third = connect(ports[1])) {
                exchange(first, 1);
                exchange(second, 2);
                exchange(third, 3);
                try (Socket excess = connect(ports[1])) {
                    assertThat(excess.getInputStream().read()).isEqualTo(-1);
                }
                ServerStats now = when(server, stats -> stats.bytesIn() == 60 && stats.bytesOut() == 60);
                assertThat(now.rejectedByLimit()).hasSize(1).containsValue(1L);
                assertThat(now.rejectedByLimit()).isEqualTo(now.reached());
                assertThat(now.listeners()).extracting(ListenerStats::endpoint).isEqualTo(server.endpoints());
                assertThat(now.listeners()).extracting(ListenerStats::accepted).containsExactly(2L, 2L);
                assertThat(now.listeners()).extracting(ListenerStats::active).containsExactly(2L, 1L);
                assertThat(now.listeners()).extracting(ListenerStats::rejected).containsExactly(0L, 1L);
            }
            ServerStats over = when(server, stats -> stats.active() == 0);
            assertThat(over.accepted()).isEqualTo(4);
            assertThat(over.rejected() + closed(over)).isEqualTo(4);
            assertThat(over.closed()).containsOnlyKeys(CloseReason.DONE);
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void aLoopCountsItsTurns(String model) throws Exception {
        try (Server server = server(model, Style.HANDLER).start(); Socket client = connect(server.port())) {
            exchange(client, 20);
            ServerStats now = when(server, stats -> stats.loops().getFirst().lag().count() > 0);
            assertThat(now.loops()).isNotEmpty().allSatisfy(loop -> {
                assertThat(loop.name()).startsWith("polyserve-");
                assertThat(loop.busyRatio()).isBetween(0.0, 1.0);
                assertThat(loop.lag().counts()).hasSize(loop.lag().bounds().size() + 1);
                assertThat(loop.busy()).isEqualTo(loop.lag().sum());
                assertThat(loop.stalls()).isZero();
            });
            assertThat(now.workers()).isEmpty();
            assertThat(now.tls().handshakes()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void handshakesAreCounted(String model) throws Exception {
        try (Server server = server(model, "tls://127.0.0.1:0").tls(Tls.selfSigned()).handle(ServerStatsTest::echo)
                .start()) {
            try (Socket plain = connect(server.port())) {
                plain.getOutputStream().write("not a handshake\n".getBytes(US_ASCII));
                while (plain.getInputStream().read() >= 0) {
                    // an alert, and the end
                }
            }
            try (SSLSocket client = TlsServerTest.connect(server.port())) {
                exchange(client, 2);
                ServerStats now = when(server, stats -> stats.bytesIn() == 20 && stats.bytesOut() == 20);
                assertThat(now.tls().handshakeDurations().count()).isEqualTo(1);
                assertThat(now.tls().certificateExpires()).isEqualTo(server.certificateExpires()).isPresent();
                assertThat(now.tls().handshakes()).hasSize(2);
                ServerStats.Handshakes succeeded = now.tls().handshakes().getFirst();
                assertThat(succeeded.result()).isEqualTo(HandshakeResult.SUCCEEDED);
                assertThat(succeeded.version()).contains("TLSv1.3");
                assertThat(succeeded.resumed()).isFalse();
                assertThat(succeeded.count()).isEqualTo(1);
                ServerStats.Handshakes failed = now.tls().handshakes().getLast();
                assertThat(failed.result()).isEqualTo(HandshakeResult.FAILED);
                assertThat(failed.version()).isEmpty();
                assertThat(failed.count()).isEqualTo(1);
            }
            ServerStats over = when(server, stats -> stats.active() == 0);
            assertThat(over.closed().get(CloseReason.FAILED)).isEqualTo(1);
            assertThat(over.accepted()).isEqualTo(over.rejected() + closed(over));
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void aLateHandshakeIsAborted(String model) throws Exception {
        Options options = Options.defaults().withTimeouts(times -> times.withTlsHandshake(Duration.ofMillis(50)));
        try (Server server = server(model, "tls://127.0.0.1:0").tls(Tls.selfSigned()).options(options)
                .handle(ServerStatsTest::echo).start(); Socket client = connect(server.port())) {
            client.getOutputStream().write(new byte[]{22, 3, 1}); // the beginning of a record
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            ServerStats over = when(server, stats -> stats.active() == 0 && !stats.tls().handshakes().isEmpty());
            assertThat(over.tls().handshakes()).hasSize(1);
            assertThat(over.tls().handshakes().getFirst().result()).isEqualTo(HandshakeResult.ABORTED);
            assertThat(over.rejectedByLimit()).containsOnlyKeys(Limit.TLS_HANDSHAKE);
            assertThat(over.accepted()).isEqualTo(over.rejected() + closed(over)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aResumedSessionIsToldFromANewOne(String version) throws Exception {
        SSLContext context = TlsServerTest.trusting();
        try (Server server = server("virtual", "tls://127.0.0.1:0").tls(Tls.selfSigned()).handle(ServerStatsTest::echo)
                .start()) {
            for (int i = 0; i < 2; i++) {
                try (SSLSocket client = (SSLSocket) context.getSocketFactory().createSocket(connect(server.port()),
                        "localhost", server.port(), true)) {
                    client.setEnabledProtocols(new String[]{version});
                    exchange(client, 2); // a ticket comes with the first bytes
                }
                long both = i + 1L;
                ServerStats _ = when(server, stats -> stats.tls().handshakeDurations().count() == both);
            }
            List<ServerStats.Handshakes> handshakes = server.stats().tls().handshakes();
            assertThat(handshakes).extracting(ServerStats.Handshakes::resumed).containsExactly(false, true);
            assertThat(handshakes).allSatisfy(one -> {
                assertThat(one.version()).contains(version);
                assertThat(one.count()).isEqualTo(1);
            });
        }
    }
}
