package dev.polyserve.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.ServerStats;
import dev.polyserve.program.TestProgram;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The counters of a server with worker processes, which report theirs.
@Tag("slow")
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class ServerStatsWorkersTest {
    @ParameterizedTest
    @ValueSource(strings = {"process", "process-pool"})
    void bytesOfOpenConnectionsInWorkersCount(String model) throws Exception {
        Process program = TestProgram.start(Serves.class, model);
        try (BufferedReader said = program.inputReader()) {
            int port = Integer.parseInt(said.readLine());
            try (Socket one = exchanged(port, 3); Socket two = exchanged(port, 2)) {
                String open = awaitStats(program, said, line -> line.startsWith("in 50 out 50 active 2"));
                assertThat(open).contains("closed {}", "workers in 50 out 50", "worker loops true");
                one.shutdownOutput();
                two.shutdownOutput();
                assertThat(one.getInputStream().read()).isEqualTo(-1);
                assertThat(two.getInputStream().read()).isEqualTo(-1);
            }
            String over = awaitStats(program, said, line -> line.contains("active 0"));
            assertThat(over).startsWith("in 50 out 50").contains("closed {DONE=2}", "durations 2");
            exchanged(port, 1).close();
            assertThat(awaitStats(program, said, line -> line.contains("closed {DONE=3}"))).startsWith("in 60 out 60");
        } finally {
            program.descendants().forEach(ProcessHandle::destroyForcibly);
            program.destroyForcibly();
        }
    }

    /// The connections are served by threads, so that the accept loops of the workers wait: they report only every ten seconds
    /// then, and when they are asked.
    @ParameterizedTest
    @ValueSource(strings = {"process", "process-pool-of-threads"})
    void figuresAreFreshWhileTheAcceptLoopWaits(String model) throws Exception {
        Process program = TestProgram.start(Serves.class, model);
        try (BufferedReader said = program.inputReader()) {
            int port = Integer.parseInt(said.readLine());
            try (Socket client = exchanged(port, 1)) {
                awaitStats(program, said, line -> line.startsWith("in 10 out 10"));
                for (int bytes = 20; bytes <= 40; bytes += 10) {
                    exchange(client);
                    long began = System.nanoTime();
                    String start = "in " + bytes + " out " + bytes + " ";
                    awaitStats(program, said, line -> line.startsWith(start));
                    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(3));
                }
            }
        } finally {
            program.descendants().forEach(ProcessHandle::destroyForcibly);
            program.destroyForcibly();
        }
    }

    private static Socket exchanged(int port, int lines) throws IOException {
        Socket client = new Socket(InetAddress.ofLiteral("127.0.0.1"), port);
        client.setSoTimeout(20_000);
        for (int i = 0; i < lines; i++) {
            exchange(client);
        }
        return client;
    }

    private static void exchange(Socket client) throws IOException {
        client.getOutputStream().write("123456789\n".getBytes(US_ASCII));
        assertThat(client.getInputStream().readNBytes(10)).hasSize(10);
    }

    /// The figures, as soon as they are so: workers report them once a second.
    private static String awaitStats(Process program, BufferedReader said, Predicate<String> so) throws IOException {
        while (true) {
            program.getOutputStream().write('?');
            program.getOutputStream().flush();
            String line = said.readLine();
            assertThat(line).as("the program's answer").isNotNull();
            if (so.test(line)) {
                return line;
            }
            LockSupport.parkNanos(10_000_000);
        }
    }

    /// Serves, and prints its counters for each byte that it reads.
    static final class Serves {
        private Serves() {}

        @SuppressWarnings("SystemOut")
        static void main(String[] arguments) throws Exception {
            Model model = switch (arguments[0]) {
                case "process" -> Model.process();
                case "process-pool" -> Model.processPool(2, Model.epoll());
                default -> Model.processPool(2, Model.thread());
            };
            try (Server server = Server.at("tcp://127.0.0.1:0").model(model).handle(client -> {
                for (String line; (line = client.readLine()) != null;) {
                    client.writeLine(line);
                }
            }).start()) {
                System.out.println(server.port());
                while (System.in.read() >= 0) {
                    System.out.println(shown(server.stats()));
                }
            }
        }

        private static String shown(ServerStats stats) {
            return "in " + stats.bytesIn() + " out " + stats.bytesOut() + " active " + stats.active() + " closed "
                    + stats.closed() + " durations " + stats.connectionDurations().count() + " workers in "
                    + stats.workers().stream().mapToLong(ServerStats.WorkerStats::bytesIn).sum() + " out "
                    + stats.workers().stream().mapToLong(ServerStats.WorkerStats::bytesOut).sum() + " worker loops "
                    + stats.workers().stream().flatMap(worker -> worker.loops().stream())
                            .anyMatch(loop -> loop.lag().count() > 0);
        }
    }
}
