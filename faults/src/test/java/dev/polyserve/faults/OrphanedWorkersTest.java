package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.cli.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Fault 30: the supervisor is killed under load.
@Timeout(90)
class OrphanedWorkersTest {
    private static final int END_SECONDS = 30;

    @TempDir
    private Path directory;

    @ParameterizedTest(name = "{0}")
    @CsvSource({"process-pool,2", "process,4"})
    void finishTheirRequestsAndReleaseThePort(String model, String workers) throws Exception {
        // The clients of other tests get no such port between the two servers.
        int port = FreePort.find();
        String[] settings = {"--model", model, "--workers", workers, "--drain-timeout", "5s", "--listen",
            "tcp://127.0.0.1:" + port};
        try (CommandLine server = WorkerProcesses.serve(directory, settings);
                WorkerLoad load = WorkerLoad.on(server, 2);
                WorkerClient client = new WorkerClient(server)) {
            long serving = client.asks();
            List<ProcessHandle> orphans = WorkerProcesses.of(server).stream().map(ProcessHandle::of)
                    .flatMap(Optional::stream).toList();
            client.say("rest 1000");
            Signals.send("KILL", server.pid());
            assertThat(client.hears()).as("the worker that finished its request").isEqualTo(serving);
            try (CommandLine next = restarted(port, settings)) {
                try (WorkerClient later = new WorkerClient(next)) {
                    assertThat(Set.of(serving)).doesNotContain(later.asks());
                }
                load.end();
            }
            for (ProcessHandle orphan : orphans) {
                orphan.onExit().orTimeout(END_SECONDS, TimeUnit.SECONDS).join();
            }
        }
    }

    /// Starts a server at the same port, once the last worker has closed the listener.
    private CommandLine restarted(int port, String... settings) throws Exception {
        Eventually.holds(() -> assertThat(isFree(port)).as("the port is free").isTrue());
        return WorkerProcesses.serve(Files.createDirectory(directory.resolve("next")), settings);
    }

    private static boolean isFree(int port) {
        try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
