package dev.polyserve.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Cause;
import dev.polyserve.Connection;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Limit;
import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.ServerListener;
import dev.polyserve.Tls;
import dev.polyserve.program.TestProgram;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// TLS in the models with worker processes, whose workers run a program again: each test starts one.
@Tag("slow")
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class TlsWorkersTest {
    private static final Duration LONGER_THAN_A_HANDSHAKE = Duration.ofSeconds(4);

    @ParameterizedTest
    @ValueSource(strings = {"process", "process-pool"})
    void theWorkersDoTheTls(String model) throws Exception {
        Process program = TestProgram.start(Serves.class, model);
        try (BufferedReader said = program.inputReader()) {
            int port = Integer.parseInt(said.readLine());
            Set<Certificate> certificates = new HashSet<>();
            for (int i = 0; i < 2; i++) {
                try (SSLSocket client = TlsServerTest.connect(port)) {
                    certificates.add(client.getSession().getPeerCertificates()[0]);
                    BufferedReader answers = lines(client);
                    client.getOutputStream().write("hello\n".getBytes(StandardCharsets.US_ASCII));
                    assertThat(answers.readLine()).isEqualTo("hello over TLSv1.3 in a worker");
                    client.shutdownOutput();
                    assertThat(answers.readLine()).isNull();
                    assertThat(said.readLine()).startsWith("closed: done over TLSv1.3 TLS_");
                }
            }
            assertThat(certificates).hasSize(1);
            try (Socket plain = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
                plain.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(said.readLine()).startsWith("the TLS has failed: plain text arrived where TLS was expected");
                assertThat(said.readLine()).isEqualTo("closed: failed without TLS");
            }
            try (Socket silent = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
                assertThat(said.readLine()).isEqualTo("rejected: TLS_HANDSHAKE");
                assertThat(silent.getInputStream().read()).isEqualTo(-1);
            }
            program.getOutputStream().close();
            assertThat(said.readLine()).isEqualTo("4 accepted, 1 failed, 1 rejected");
            assertThat(program.waitFor(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            program.destroyForcibly();
        }
    }

    private static BufferedReader lines(Socket client) throws IOException {
        return new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
    }

    @ParameterizedTest
    @ValueSource(strings = {"process", "process-pool"})
    void aHandlerBeginsTls(String model) throws Exception {
        Process program = TestProgram.start(Serves.class, model, "tcp");
        try (BufferedReader said = program.inputReader()) {
            int port = Integer.parseInt(said.readLine());
            try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
                socket.setSoTimeout(20_000);
                socket.getOutputStream().write("STARTTLS\n".getBytes(StandardCharsets.US_ASCII));
                String goAhead = "go ahead\n";
                assertThat(socket.getInputStream().readNBytes(goAhead.length()))
                        .isEqualTo(goAhead.getBytes(StandardCharsets.US_ASCII));
                try (SSLSocket client = TlsServerTest.over(socket, "TLSv1.2")) {
                    client.getOutputStream().write("hello\n".getBytes(StandardCharsets.US_ASCII));
                    assertThat(lines(client).readLine()).isEqualTo("hello over TLSv1.2 in a worker");
                }
            }
            assertThat(said.readLine()).startsWith("closed: done over TLSv1.2 TLS_");
        } finally {
            program.destroyForcibly();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"process", "process-pool"})
    void aHandlerWaitsForTheHandshakeForAWhile(String model) throws Exception {
        Process program = TestProgram.start(Serves.class, model, "tcp");
        try (BufferedReader said = program.inputReader()) {
            try (Socket silent = new Socket(InetAddress.ofLiteral("127.0.0.1"), Integer.parseInt(said.readLine()))) {
                silent.setSoTimeout(20_000);
                silent.getOutputStream().write("STARTTLS\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(lines(silent).readLine()).isEqualTo("go ahead");
                assertThat(said.readLine()).isEqualTo("closed: timed out: TLS handshake without TLS");
            }
        } finally {
            program.destroyForcibly();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"process", "process-pool"})
    void aDrainEndsASilentHandshake(String model) throws Exception {
        Process program = TestProgram.start(Serves.class, model, "tls", "1");
        try (BufferedReader said = program.inputReader()) {
            int port = Integer.parseInt(said.readLine());
            try (Socket silent = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
                silent.setSoTimeout(20_000);
                program.getOutputStream().close();
                assertThat(silent.getInputStream().read()).isEqualTo(-1);
                // A handshake that is late would be rejected.
                assertThat(said.readLine()).isEqualTo("1 accepted, 0 failed, 0 rejected");
            }
        } finally {
            program.destroyForcibly();
        }
    }

    /// Serves until its input ends, and prints what it has counted.
    static final class Serves {
        private Serves() {}

        @SuppressWarnings("SystemOut")
        static void main(String[] arguments) throws Exception {
            Model model = arguments[0].equals("process") ? Model.process() : Model.processPool(2, Model.epoll());
            String scheme = arguments.length > 1 ? arguments[1] : "tls";
            int awaited = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 0;
            try (Server server = Server.at(scheme + "://127.0.0.1:0").model(model).tls(Tls.selfSigned())
                    .options(o -> o.withTimeouts(t -> t.withTlsHandshake(LONGER_THAN_A_HANDSHAKE)))
                    .listener(new Says()).handle(Serves::serve).start()) {
                System.out.println(server.port());
                while (System.in.read() >= 0) {
                    // until the test ends it
                }
                while (server.stats().accepted() < awaited) {
                    Thread.onSpinWait();
                }
                server.drain(Duration.ofSeconds(10));
                var stats = server.stats();
                System.out.println(stats.accepted() + " accepted, " + stats.failed() + " failed, "
                        + stats.rejected() + " rejected");
            }
        }

        private static void serve(Connection client) throws IOException {
            for (String line; (line = client.readLine()) != null;) {
                if (line.equals("STARTTLS")) {
                    client.writeLine("go ahead");
                    client.startTls();
                } else {
                    client.writeLine(line + " over " + client.info().tls().orElseThrow().protocol()
                            + (Server.isWorker() ? " in a worker" : ""));
                }
            }
        }
    }

    /// Prints what fails, and how connections end.
    @SuppressWarnings("SystemOut")
    private static final class Says implements ServerListener {
        @Override
        public void failed(ConnectionInfo connection, Throwable error) {
            System.out.println((error instanceof SSLException ? "the TLS" : "something else") + " has failed: "
                    + error.getMessage());
        }

        @Override
        public void closed(ConnectionInfo connection, Cause cause) {
            if (!(cause instanceof Cause.Stopped)) {
                System.out.println("closed: " + (cause instanceof Cause.Failed ? "failed" : cause.phrase())
                        + connection.tls().map(tls -> " over " + tls.protocol() + " " + tls.cipherSuite())
                                .orElse(" without TLS"));
            }
        }

        @Override
        public void rejected(ConnectionInfo connection, Optional<Limit> limit) {
            System.out.println("rejected: " + limit.orElseThrow());
        }
    }
}
