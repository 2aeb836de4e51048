package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Fault 59: connections are transferred to workers that cannot receive them.
@Timeout(90)
class ConnectionTransferTest {
    private static final int SPARE = 3;

    @TempDir
    private Path directory;

    @Test
    void connectionsInTransferToAKilledWorkerAreNotLost() throws Exception {
        try (CommandLine server = WorkerProcesses.serve(directory, "--model", "process", "--spare",
                SPARE + ".." + SPARE)) {
            Eventually.holds(() -> assertThat(WorkerProcesses.of(server)).hasSize(SPARE));
            Set<Long> stopped = WorkerProcesses.of(server);
            for (long pid : stopped) {
                Signals.send("STOP", pid);
            }
            List<WorkerClient> clients = new ArrayList<>();
            try {
                for (int i = 0; i < SPARE; i++) {
                    WorkerClient client = new WorkerClient(server);
                    clients.add(client);
                    client.say("request");
                }
                for (long pid : stopped) {
                    Signals.send("KILL", pid);
                }
                for (WorkerClient client : clients) {
                    assertThat(stopped).doesNotContain(client.hears());
                }
            } finally {
                for (WorkerClient client : clients) {
                    client.close();
                }
            }
        }
    }

    @Test
    void aConnectionThatAWorkerDoesNotReceiveGoesToAnother() throws Exception {
        try (CommandLine server = WorkerProcesses.serve(directory, "--model", "process", "--spare", "1..1")) {
            Eventually.holds(() -> assertThat(WorkerProcesses.of(server)).hasSize(1));
            long stopped = WorkerProcesses.of(server).iterator().next();
            Signals.send("STOP", stopped);
            try (WorkerClient client = new WorkerClient(server)) {
                assertThat(client.asks()).isNotEqualTo(stopped);
            }
            Eventually.holds(() -> assertThat(server.errors())
                    .contains("by us: it did not take a connection within 5000 ms"));
        }
    }

    @Test
    void aWorkerWithoutDescriptorsReportsTheLoss() throws Exception {
        Path trouble = WorkerProcesses.trouble(directory);
        try (CommandLine server = WorkerProcesses.serveWatching(directory, "--model", "process", "--spare", "1..1")) {
            Set<Long> full = WorkerProcesses.of(server);
            Files.writeString(trouble, "descriptors");
            Eventually.holds(() -> assertThat(trouble).doesNotExist());
            try (WorkerClient client = new WorkerClient(server)) {
                assertThat(full).doesNotContain(client.asks());
            }
            Eventually.holds(() -> assertThat(server.errors())
                    .contains("descriptors were lost on their way to this process: it has no room for them"));
        }
    }
}
