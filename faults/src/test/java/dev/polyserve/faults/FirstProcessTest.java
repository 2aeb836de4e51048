package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// A server that is process 1 of a container, so that all processes there end with it.
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class FirstProcessTest {
    private static final List<String> CONTAINER = List.of("unshare", "--fork", "--pid", "--mount-proc", "--kill-child");

    @TempDir
    private Path directory;
    private final List<ProcessHandle> containers = new ArrayList<>();

    /// Kills the containers: unshare does not forward TERM.
    @AfterEach
    void endContainers() {
        containers.forEach(ProcessHandle::destroyForcibly);
    }

    private CommandLine serve(String... arguments) throws Exception {
        Requirements.program("unshare");
        List<String> probe = new ArrayList<>(CONTAINER);
        probe.add("true");
        assumeTrue(new ProcessBuilder(probe).start().waitFor() == 0, "needs the permission to create a PID namespace");
        // The JVM names its counter file by its process id, which is 1 in every container.
        CommandLine container = CommandLine.serve(directory, CONTAINER, List.of("-XX:-UsePerfData"),
                List.of(arguments));
        containers.add(ProcessHandle.of(container.pid()).orElseThrow());
        return container;
    }

    private static long first(CommandLine container) {
        return ProcessHandle.of(container.pid()).stream().flatMap(ProcessHandle::children).findFirst().orElseThrow()
                .pid();
    }

    private static void end(CommandLine container) throws Exception {
        Signals.send("TERM", first(container));
        assertThat(container.awaitExit(Duration.ofSeconds(20))).as("exit status").isZero();
    }

    @Test
    void refusesARestartAndContinues() throws Exception {
        try (CommandLine server = serve("echo", "--listen", "tcp://127.0.0.1:0")) {
            assertThat(server.shown()).anyMatch(line -> line.endsWith("(pid 1)"));
            Signals.send("USR2", first(server));
            Eventually.holds(() -> assertThat(server.errors())
                    .contains("the restart failed, so this program continues: it is process 1"));
            try (Client client = Client.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()))) {
                client.converses();
            }
            assertThat(server.errors()).doesNotContain("zombie");
            end(server);
        }
    }

    @Test
    void reportsThatItDoesNotReap() throws Exception {
        try (CommandLine server = serve("exec", "--listen", "tcp://127.0.0.1:0", "--", "true")) {
            Eventually.holds(() -> assertThat(server.errors()).contains("this is process 1, which does not reap",
                    "start the container with an init (docker run --init)"));
            end(server);
        }
    }
}
