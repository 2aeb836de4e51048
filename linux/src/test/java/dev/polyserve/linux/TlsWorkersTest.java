package dev.polyserve.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Limit;
import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.ServerListener;
import dev.polyserve.Tls;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
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
            for (int i = 0; i < 2; i++) {
                try (SSLSocket client = TlsServerTest.connect(port)) {
                    var answers = new BufferedReader(
                            new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
                    client.getOutputStream().write("hello\n".getBytes(StandardCharsets.US_ASCII));
                    assertThat(answers.readLine()).isEqualTo("hello over TLSv1.3 in a worker");
                    client.shutdownOutput();
                    assertThat(answers.readLine()).isNull();
                }
            }
            try (Socket plain = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
                plain.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(said.readLine()).startsWith("the TLS has failed: plain text arrived where TLS was expected");
                assertThat(said.readLine()).isEqualTo("closed: failed");
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

    /// Serves until its input ends, and prints what it has counted.
    static final class Serves {
        private Serves() {}

        @SuppressWarnings("SystemOut")
        static void main(String[] arguments) throws Exception {
            Model model = arguments[0].equals("process") ? Model.process() : Model.processPool(2, Model.epoll());
            try (Server server = Server.at("tls://127.0.0.1:0").model(model).tls(Tls.selfSigned())
                    .options(o -> o.withTimeouts(t -> t.withTlsHandshake(LONGER_THAN_A_HANDSHAKE)))
                    .listener(new Says()).handle(client -> {
                        for (String line; (line = client.readLine()) != null;) {
                            client.writeLine(line + " over " + client.info().tls().orElseThrow().protocol()
                                    + (Server.isWorker() ? " in a worker" : ""));
                        }
                    }).start()) {
                System.out.println(server.port());
                while (System.in.read() >= 0) {
                    // until the test ends it
                }
                server.drain(Duration.ofSeconds(10));
                var stats = server.stats();
                System.out.println(stats.accepted() + " accepted, " + stats.failed() + " failed, "
                        + stats.rejected() + " rejected");
            }
        }
    }

    /// Prints what fails.
    @SuppressWarnings("SystemOut")
    private static final class Says implements ServerListener {
        @Override
        public void failed(ConnectionInfo connection, Throwable error) {
            System.out.println((error instanceof SSLException ? "the TLS" : "something else") + " has failed: "
                    + error.getMessage());
        }

        @Override
        public void closed(ConnectionInfo connection, Cause cause) {
            if (cause instanceof Cause.Failed) {
                System.out.println("closed: failed");
            }
        }

        @Override
        public void rejected(ConnectionInfo connection, Optional<Limit> limit) {
            System.out.println("rejected: " + limit.orElseThrow());
        }
    }
}
