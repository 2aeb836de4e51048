package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The status reports the number of clients that wait for a thread of a thread-pool.
@Tag("slow")
@Timeout(60)
class ThreadPoolQueueGaugeTest {
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    @TempDir
    private Path directory = Path.of(".");

    @Test
    void fourOfFiveClientsWaitForTheOnlyThread() throws Exception {
        String control = directory.resolve("control").toString();
        List<Socket> clients = new ArrayList<>();
        try (Cli server = Cli.serve("echo", "--model", "thread-pool", "--workers", "1", "--control", control)) {
            for (int i = 0; i < 5; i++) {
                clients.add(server.connect());
            }
            String status;
            do {
                LockSupport.parkNanos(LOOK_NANOS);
                status = Cli.run("status", "--control", control).out();
            } while (!status.contains(", 4 for a thread"));
            assertThat(Cli.run("status", "--control", control, "--format", "json").out())
                    .contains("\"waitingForThread\":4");
        } finally {
            for (Socket client : clients) {
                client.close();
            }
        }
    }
}
