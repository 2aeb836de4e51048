package dev.polyserve.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Cause;
import dev.polyserve.Connection;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Limit;
import dev.polyserve.Model;
import dev.polyserve.Options;
import dev.polyserve.Server;
import dev.polyserve.ServerBuilder;
import dev.polyserve.ServerListener;
import dev.polyserve.Tls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;

/// TLS that a handler begins on a plain connection, in each model that serves in its own process.
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class StartTlsTest {
    private static final int LARGE_BYTES = 50_000;

    private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
    private final BlockingQueue<Cause> ends = new LinkedBlockingQueue<>();

    private ServerBuilder server(String model, UnaryOperator<Options> options) {
        Model how = Model.named(model);
        Optional<String> whyNot = Server.whyNot(how);
        assumeTrue(whyNot.isEmpty(), () -> "needs a model that cannot run here: " + whyNot.orElse(""));
        return Server.at("tcp://127.0.0.1:0").model(how).options(options).handle(StartTlsTest::serve)
                .listener(new ServerListener() {
                    @Override
                    public void failed(ConnectionInfo connection, Throwable error) {
                        failures.add(error);
                    }

                    @Override
                    public void closed(ConnectionInfo connection, Cause cause) {
                        ends.add(cause);
                    }
                });
    }

    private static void serve(Connection client) throws IOException {
        for (String line; (line = client.readLine()) != null;) {
            if (line.equals("STARTTLS")) {
                client.writeLine("go ahead");
                client.startTls();
            } else {
                client.writeLine(line + client.info().tls().map(tls -> " over " + tls.protocol()).orElse(" in plain"));
            }
        }
    }

    private static Socket connect(Server server) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(US_ASCII));
    }

    private static String receive(Socket socket, String expected) throws IOException {
        return new String(socket.getInputStream().readNBytes(expected.length()), US_ASCII);
    }

    private static void assertReceives(Socket socket, String expected) throws IOException {
        assertThat(receive(socket, expected)).isEqualTo(expected);
    }

    @ParameterizedTest
    @TestedModels
    void aHandlerGoesOnWithTls(String model) throws Exception {
        try (Server server = server(model, o -> o).tls(Tls.selfSigned()).start()) {
            for (String protocol : new String[]{"TLSv1.3", "TLSv1.2"}) {
                try (Socket socket = connect(server)) {
                    send(socket, "a\n");
                    assertReceives(socket, "a in plain\n");
                    send(socket, "STARTTLS\n");
                    assertReceives(socket, "go ahead\n");
                    SSLSocket secure = TlsServerTest.over(socket, protocol);
                    send(secure, "b\n");
                    assertReceives(secure, "b over " + protocol + "\n");
                    String large = "x".repeat(LARGE_BYTES);
                    send(secure, large + "\n");
                    assertReceives(secure, large + " over " + protocol + "\n");
                    secure.close();
                }
                assertThat(ends.poll(20, TimeUnit.SECONDS)).isEqualTo(new Cause.Done(true));
            }
        }
        assertThat(failures).isEmpty();
    }

    @ParameterizedTest
    @TestedModels
    void bytesBehindTheCommandAreRefused(String model) throws Exception {
        try (Server server = server(model, o -> o).tls(Tls.selfSigned()).start(); Socket socket = connect(server)) {
            send(socket, "STARTTLS\ninserted\n");
            assertThat(socket.getInputStream().readAllBytes()).isEmpty();
            assertThat(failures.poll(20, TimeUnit.SECONDS)).hasMessageStartingWith("the client sent bytes behind");
            assertThat(ends.poll(20, TimeUnit.SECONDS)).isInstanceOf(Cause.Failed.class);
        }
        assertThat(failures).isEmpty();
    }

    @ParameterizedTest
    @TestedModels
    void plainTextInPlaceOfAHandshakeIsRefused(String model) throws Exception {
        try (Server server = server(model, o -> o).tls(Tls.selfSigned()).start(); Socket socket = connect(server)) {
            send(socket, "STARTTLS\n");
            assertReceives(socket, "go ahead\n");
            send(socket, "no handshake\n");
            assertThat(failures.poll(20, TimeUnit.SECONDS)).hasMessageStartingWith("plain text arrived");
            assertThat(ends.poll(20, TimeUnit.SECONDS)).isInstanceOf(Cause.Failed.class);
        }
        assertThat(failures).isEmpty();
    }

    @ParameterizedTest
    @TestedModels
    void aStalledHandshakeEndsInTime(String model) throws Exception {
        try (Server server = server(model, o -> o.withTimeouts(t -> t.withTlsHandshake(Duration.ofMillis(300))))
                .tls(Tls.selfSigned()).start(); Socket socket = connect(server)) {
            send(socket, "STARTTLS\n");
            assertReceives(socket, "go ahead\n");
            socket.getOutputStream().write(new byte[]{22, 3, 1, 0, 100, 1});
            assertThat(ends.poll(20, TimeUnit.SECONDS)).isEqualTo(new Cause.TimedOut(Limit.TLS_HANDSHAKE));
            assertThat(server.stats().reached()).containsEntry(Limit.TLS_HANDSHAKE, 1L);
        }
        assertThat(failures).isEmpty();
    }

    @ParameterizedTest
    @TestedModels
    void aHandshakeThatNeverBeginsEndsInTime(String model) throws Exception {
        try (Server server = server(model, o -> o.withTimeouts(t -> t.withTlsHandshake(Duration.ofMillis(300))))
                .tls(Tls.selfSigned()).start(); Socket socket = connect(server)) {
            send(socket, "STARTTLS\n");
            assertReceives(socket, "go ahead\n");
            assertThat(ends.poll(20, TimeUnit.SECONDS)).isEqualTo(new Cause.TimedOut(Limit.TLS_HANDSHAKE));
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(failures).isEmpty();
    }

    @ParameterizedTest
    @TestedModels
    void aStopEndsAHandshake(String model) throws Exception {
        Server server = server(model, o -> o.withTimeouts(t -> t.withDrainQuiet(Duration.ofMillis(100))))
                .tls(Tls.selfSigned()).start();
        try (server; Socket socket = connect(server)) {
            send(socket, "STARTTLS\n");
            assertReceives(socket, "go ahead\n");
            assertThat(server.drain(Duration.ofSeconds(30)).aborted()).isZero();
            assertThat(ends.poll(20, TimeUnit.SECONDS)).isEqualTo(new Cause.Stopped());
        }
        assertThat(failures).isEmpty();
    }

    @ParameterizedTest
    @TestedModels
    void withoutACertificateItIsAnErrorOfTheHandler(String model) throws Exception {
        try (Server server = server(model, o -> o).start(); Socket socket = connect(server)) {
            send(socket, "STARTTLS\n");
            assertThat(failures.poll(20, TimeUnit.SECONDS)).hasMessageContaining("give it with tls(");
        }
    }
}
