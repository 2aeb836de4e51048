package dev.polyserve.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Model;
import dev.polyserve.Options;
import dev.polyserve.Server;
import dev.polyserve.ServerBuilder;
import dev.polyserve.program.TestProgram;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Bans in the models with worker processes, whose workers run a program again.
@Tag("slow")
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class AdmissionWorkersTest {
    private static final String HEADER = "PROXY TCP4 192.0.2.7 198.51.100.1 4000 443\r\n";

    @ParameterizedTest
    @ValueSource(strings = {"process", "process-pool"})
    void theSupervisorBansTheAddressInTheHeader(String model) throws Exception {
        Process program = TestProgram.start(Serves.class, model);
        try (BufferedReader said = program.inputReader()) {
            int port = Integer.parseInt(said.readLine());
            for (int i = 0; i < 3; i++) {
                assertThat(answer(port, HEADER + "a line that is too long\n")).isEqualTo("welcome");
            }
            while (!ask(program, said).contains("192.0.2.7/32")) {
                LockSupport.parkNanos(10_000_000); // the supervisor learns of the offences a moment later
            }
            // A worker of a pool learns that the client is refused after it has accepted it.
            assertThat(answer(port, HEADER)).isIn("", "welcome");
            while (!ask(program, said).contains("BAN=1")) {
                LockSupport.parkNanos(10_000_000);
            }
            assertThat(answer(port, HEADER.replace("192.0.2.7", "192.0.2.8"))).isEqualTo("welcome");
            assertThat(ask(program, said)).contains("[192.0.2.7/32]");
        } finally {
            program.descendants().forEach(ProcessHandle::destroyForcibly);
            program.destroyForcibly();
        }
    }

    private static String ask(Process program, BufferedReader said) throws IOException {
        program.getOutputStream().write('?');
        program.getOutputStream().flush();
        return said.readLine();
    }

    /// The first line that the server sends; empty when it closes the connection.
    private static String answer(int port, String sent) throws IOException {
        try (Socket client = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
            client.getOutputStream().write(sent.getBytes(StandardCharsets.US_ASCII));
            String line = new BufferedReader(
                    new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII)).readLine();
            return line == null ? "" : line;
        } catch (IOException e) {
            assertThat(e).hasMessageMatching("(?i).*(reset|broken pipe).*");
            return "";
        }
    }

    /// Serves, and prints the bans and which limits were reached for each byte that it reads.
    static final class Serves {
        private Serves() {}

        @SuppressWarnings("SystemOut")
        static void main(String[] arguments) throws Exception {
            Model model = arguments[0].equals("process") ? Model.process() : Model.processPool(2, Model.epoll());
            ServerBuilder builder = Server.at("tcp://127.0.0.1:0?proxy=127.0.0.0/8").model(model)
                    .options((Options o) -> o
                            .withAccess(a -> a
                                    .withBan(new Options.Ban(Duration.ofMinutes(5), 3, Duration.ofMinutes(1))))
                            .withLimits(l -> l.withFrameBytes(10)))
                    .handle(client -> {
                        client.writeLine("welcome");
                        while (client.readLine() != null) {
                            // until the client ends
                        }
                    });
            try (Server server = builder.start()) {
                System.out.println(server.port());
                while (System.in.read() >= 0) {
                    System.out.println(server.bans().keySet() + " " + server.stats().reached());
                }
            }
        }
    }
}
