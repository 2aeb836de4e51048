package dev.polyserve.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Cause;
import dev.polyserve.Connection;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Endpoint;
import dev.polyserve.Limit;
import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.ServerBuilder;
import dev.polyserve.ServerListener;
import dev.polyserve.Tls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;

/// Clients that wait until the handshakes of others leave room for theirs: their own limit does not pass meanwhile.
@Tag("slow")
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class TlsHandshakeTurnTest {
    private static final byte[] BEGIN_OF_HELLO = {22, 3, 1, 0, 100, 1};

    private final BlockingQueue<Cause> ends = new LinkedBlockingQueue<>();
    private final BlockingQueue<Limit> refused = new LinkedBlockingQueue<>();

    private ServerBuilder server(String model) {
        Model how = Model.named(model);
        Optional<String> whyNot = Server.whyNot(how);
        assumeTrue(whyNot.isEmpty(), () -> "needs a model that cannot run here: " + whyNot.orElse(""));
        return Server.at("tls://127.0.0.1:0").model(how).tls(Tls.selfSigned())
                .options(o -> o.withLimits(l -> l.withTlsHandshakes(1))
                        .withTimeouts(t -> t.withTlsHandshake(Duration.ofSeconds(30))))
                .listener(new ServerListener() {
                    @Override
                    public void rejected(ConnectionInfo connection, Optional<Limit> limit) {
                        limit.ifPresent(refused::add);
                    }

                    @Override
                    public void closed(ConnectionInfo connection, Cause cause) {
                        ends.add(cause);
                    }
                });
    }

    private static void serve(Connection client) throws IOException {
        for (String line; (line = client.readLine()) != null;) {
            client.writeLine(line);
            if (line.equals("STARTTLS")) {
                client.startTls();
            }
        }
    }

    private static void handshakesTake(Server server, Duration atMost) {
        server.reconfigure(o -> o.withTimeouts(t -> t.withTlsHandshake(atMost)));
    }

    private static Socket connect(Server server) throws IOException {
        return connect(((Endpoint.Tls) server.endpoints().getFirst()).port());
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port);
        socket.setSoTimeout(20_000);
        return socket;
    }

    /// A client that stalls in its handshake, which is under way: the server has answered its first message.
    private static Socket stall(Server server) throws Exception {
        Socket socket = TlsServerTest.stopsAfter(1, ((Endpoint.Tls) server.endpoints().getFirst()).port(), "TLSv1.3");
        assertThat(socket.getInputStream().read()).isNotNegative();
        return socket;
    }

    private static void awaitWaiting(Server server, long count) {
        while (server.stats().reached().getOrDefault(Limit.TLS_HANDSHAKES, 0L) < count) {
            Thread.onSpinWait();
        }
    }

    /// The good client has connected before the stalled one, so its time would be over first.
    @ParameterizedTest
    @TestedModels(concurrent = true)
    void aClientThatWaitsForItsTurnIsNotLate(String model) throws Exception {
        try (Server server = server(model).handle(TlsHandshakeTurnTest::serve).start()) {
            handshakesTake(server, Duration.ofSeconds(3));
            try (Socket good = connect(server); Socket _ = stall(server)) {
                FutureTask<byte[]> answer = new FutureTask<>(() -> {
                    SSLSocket secure = TlsServerTest.over(good, "TLSv1.3");
                    secure.getOutputStream().write("hello\n".getBytes(US_ASCII));
                    return secure.getInputStream().readNBytes(6);
                });
                Thread.startVirtualThread(answer);
                awaitWaiting(server, 1);
                handshakesTake(server, Duration.ofSeconds(30));
                assertThat(answer.get(20, TimeUnit.SECONDS)).asString(US_ASCII).isEqualTo("hello\n");
            }
            assertThat(refused).containsExactly(Limit.TLS_HANDSHAKE);
        }
    }

    @ParameterizedTest
    @TestedModels(concurrent = true)
    void theWaitHasALimitThatIsNoOffence(String model) throws Exception {
        List<Socket> waiting = new ArrayList<>();
        try (Server server = server(model).handle(TlsHandshakeTurnTest::serve).start();
                Socket _ = stall(server)) {
            handshakesTake(server, Duration.ofMillis(300));
            for (int i = 0; i < 3; i++) {
                Socket next = connect(server);
                waiting.add(next);
                next.getOutputStream().write(BEGIN_OF_HELLO);
            }
            for (Socket _ : waiting) {
                assertThat(refused.poll(20, TimeUnit.SECONDS)).isEqualTo(Limit.TLS_HANDSHAKES);
            }
        } finally {
            for (Socket each : waiting) {
                each.close();
            }
        }
    }

    @ParameterizedTest
    @TestedModels(concurrent = true)
    void aHandlerThatWaitsForItsTurnIsNotLate(String model) throws Exception {
        try (Server server = server(model).listen(Endpoint.parse("tcp://127.0.0.1:0"))
                .handle(TlsHandshakeTurnTest::serve).start(); Socket stalled = stall(server)) {
            // It may wait for six times as long.
            handshakesTake(server, Duration.ofSeconds(1));
            try (Socket plain = connectAndAsk(server)) {
                awaitWaiting(server, 1);
                assertThat(ends.poll(1200, TimeUnit.MILLISECONDS)).as("the end of the one that waits").isNull();
                handshakesTake(server, Duration.ofSeconds(30));
                stalled.shutdownOutput();
                SSLSocket secure = TlsServerTest.over(plain, "TLSv1.3");
                secure.getOutputStream().write("hello\n".getBytes(US_ASCII));
                assertThat(secure.getInputStream().readNBytes(6)).asString(US_ASCII).isEqualTo("hello\n");
            }
        }
    }

    /// A client for whose handshake the handler waits.
    private static Socket connectAndAsk(Server server) throws IOException {
        Socket plain = connect(((Endpoint.Tcp) server.endpoints().getLast()).port());
        plain.getOutputStream().write("STARTTLS\n".getBytes(US_ASCII));
        assertThat(plain.getInputStream().readNBytes(9)).asString(US_ASCII).isEqualTo("STARTTLS\n");
        return plain;
    }

    @ParameterizedTest
    @TestedModels(concurrent = true)
    void theWaitOfAHandlerHasALimitThatIsNoOffence(String model) throws Exception {
        try (Server server = server(model).listen(Endpoint.parse("tcp://127.0.0.1:0"))
                .handle(TlsHandshakeTurnTest::serve).start(); Socket _ = stall(server)) {
            handshakesTake(server, Duration.ofMillis(50));
            try (Socket plain = connectAndAsk(server)) {
                assertThat(ends.poll(20, TimeUnit.SECONDS)).isEqualTo(new Cause.TimedOut(Limit.TLS_HANDSHAKES));
                assertThat(plain.getInputStream().read()).isEqualTo(-1);
            }
            assertThat(server.stats().reached()).containsEntry(Limit.TLS_HANDSHAKES, 2L);
        }
    }
}
