package dev.polyserve.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.Tls;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
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
    @ParameterizedTest
    @ValueSource(strings = {"process", "process-pool"})
    void theWorkersDoTheTls(String model) throws Exception {
        Process program = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-ea",
                "--enable-native-access=ALL-UNNAMED", "--add-opens=java.base/java.lang=ALL-UNNAMED", "-cp",
                System.getProperty("java.class.path"), Serves.class.getName(), model)
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
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
            program.getOutputStream().close();
            assertThat(said.readLine()).isEqualTo("2 accepted, 0 failed");
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
            try (Server server = Server.at("tls://127.0.0.1:0").model(model).tls(Tls.selfSigned()).handle(client -> {
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
                System.out.println(stats.accepted() + " accepted, " + stats.failed() + " failed");
            }
        }
    }
}
