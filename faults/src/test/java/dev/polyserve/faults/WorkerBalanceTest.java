package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Fault 33: long-lived clients are distributed among workers that accept at the same listener.
///
/// A worker accepts when the kernel wakes it, so the distribution depends on other load of the machine. The contract is
/// that no worker has three times its share or less than a quarter of it. `comparison/workers
/// balance` prints the distribution on an idle machine, which docs/performance.md reports.
@EnabledOnOs(OS.LINUX)
@Isolated("other tests keep some workers from running, and the others accept meanwhile")
@Timeout(120)
class WorkerBalanceTest {
    private static final int WORKERS = 4;
    private static final int CLIENTS = 2000;
    private static final int AT_ONCE = 100;
    private static final long SHARE = CLIENTS / WORKERS;

    @TempDir
    private Path directory;

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"thread", "epoll", "io_uring"})
    void everyWorkerHasItsShare(String inner) throws Exception {
        Requirements.descriptors(CLIENTS + 1000);
        // The clients leave before the server ends, which would wait for them.
        try (CommandLine server = WorkerProcesses.serve(directory, "--model", "process-pool", "--workers",
                Integer.toString(WORKERS), "--inner", inner); Held clients = new Held(new ArrayList<>())) {
            WorkerProcesses.awaitServing(server, WORKERS);
            Map<Long, Long> held = new HashMap<>();
            while (clients.all().size() < CLIENTS) {
                List<WorkerClient> some = new ArrayList<>();
                for (int i = 0; i < AT_ONCE; i++) {
                    some.add(new WorkerClient(server));
                }
                clients.all().addAll(some);
                for (WorkerClient client : some) {
                    held.merge(client.asks(), 1L, Long::sum);
                }
            }
            LongSummaryStatistics shares = held.values().stream().mapToLong(Long::longValue).summaryStatistics();
            System.out.printf("%d clients held by %d workers, each %s: max/min %.1f %s%n", CLIENTS, WORKERS, inner,
                    (double) shares.getMax() / shares.getMin(), held.values());
            assertThat(held.keySet()).as("the workers with clients").isEqualTo(WorkerProcesses.of(server));
            assertThat(shares.getMax()).as("most clients of a worker").isLessThan(3 * SHARE);
            assertThat(shares.getMin()).as("fewest clients of a worker").isGreaterThan(SHARE / 4);
        }
    }

    /// Clients that keep their connections.
    private record Held(List<WorkerClient> all) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            for (WorkerClient client : all) {
                client.close();
            }
        }
    }
}
