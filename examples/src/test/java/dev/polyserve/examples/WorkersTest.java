package dev.polyserve.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Endpoint;
import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.Workers;
import java.io.BufferedReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Runs a program with worker processes and lambdas as handlers, and the snippets of `docs/guide/processes.md`.
@Tag("slow")
@Timeout(60)
class WorkersTest {
    /// Compiled but not run: the workers would run the program of the tests. [ProcessIsolation] is the same program,
    /// and is run.
    static Server start(dev.polyserve.Handler handler) throws Exception {
        // region workers
        Model model = Model.processPool(4, 4, // four processes, each …
                Model.epoll(), // … with an event loop of its own
                Workers.defaults().withRecycleConnections(100_000));
        Server server = Server.at("tcp://127.0.0.1:8888").model(model).handle(handler).start();
        // endregion
        return server;
    }

    @ParameterizedTest
    @ValueSource(strings = {"process", "process-pool"})
    void aClientThatCrashesItsProcessEndsNoOther(String model) throws Exception {
        assumeTrue(Server.whyNot(Model.named(model)).isEmpty(),
                () -> "needs a model that cannot run here: " + Server.whyNot(Model.named(model)).orElse(""));
        Process program = new ProcessBuilder(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-ea", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "-cp",
                System.getProperty("java.class.path"),
                ProcessIsolation.class.getName(), "tcp://127.0.0.1:0", model))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader said = program.inputReader()) {
            String ready = said.readLine();
            assertThat(ready).startsWith("serving at ");
            int port = ((Endpoint.Tcp) Endpoint.parse(ready.substring("serving at ".length()))).port();
            var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            String crashed = crashes(address);
            assertThat(crashed).startsWith("process ").isNotEqualTo("process " + program.pid());
            try (Client next = Client.at(address)) {
                assertThat(next.line()).as("another one").startsWith("process ").isNotEqualTo(crashed);
                assertThat(next.send("this\n").line()).isEqualTo("done: this");
            }
            assertThat(program.isAlive()).isTrue();
        } finally {
            program.destroy();
            assertThat(program.waitFor(30, TimeUnit.SECONDS)).as("ended").isTrue();
        }
    }

    private static String crashes(InetSocketAddress address) throws Exception {
        try (Client client = Client.at(address)) {
            String process = client.line();
            assertThat(client.send("crash\n").rest()).isEmpty();
            return String.valueOf(process);
        }
    }
}
