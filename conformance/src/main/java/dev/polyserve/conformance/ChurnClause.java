package dev.polyserve.conformance;

import dev.polyserve.spi.ModelVariant;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// A11: connections that come and go leave nothing behind.
abstract class ChurnClause extends Clause {
    private static final int CYCLES = 300;
    /// Where each cycle is a process: more than those that may be spare.
    private static final int WORKERS = 24;
    private static final File DESCRIPTORS = new File("/proc/self/fd");

    @Test
    void shouldLeaveNoDescriptorThreadOrConnectionBehind() throws Exception {
        int cycles = cell().model() instanceof ModelVariant.ProcessPerConnection ? WORKERS : CYCLES;
        int settling = cell().times(20);
        try (ServerFixture stage = start(Role.greeting())) {
            cycle(stage, settling);
            stage.awaitOver(settling);
            long descriptors = descriptors();
            long threads = ServerThreads.count();
            cycle(stage, cycles);
            stage.awaitOver(cycles);
            assertEquals(0, stage.server.stats().active());
            assertEquals(0, stage.server.connections().size());
            Eventually.until("nothing is buffered", () -> stage.server.stats().bufferedBytes() == 0);
            Eventually.until("descriptors are released", () -> descriptors() <= descriptors + spare());
            Eventually.until("threads are gone", () -> ServerThreads.count() <= threads + 1);
        }
    }

    /// Descriptors that may come and go: a worker that waits for work has two.
    private int spare() {
        return cell().hasWorkers() ? 10 : 2;
    }

    private void cycle(ServerFixture stage, int times) throws Exception {
        for (int i = 0; i < times; i++) {
            try (TestClient client = stage.connect()) {
                assertEquals("welcome", client.line());
                if (i % 3 == 0 && cell().transport() == EndpointKind.TCP) {
                    client.reset();
                } else if (i % 3 == 1) {
                    client.end();
                    assertEquals(0, client.toTheEnd().length);
                }
            }
        }
        // Where a worker accepts, its client may be served before that is told.
        Eventually.until("all are counted", () -> stage.server.stats().accepted() >= times);
    }

    /// Open descriptors of this process; 0 where the system does not tell.
    static long descriptors() {
        return DESCRIPTORS.isDirectory() ? Objects.requireNonNullElse(DESCRIPTORS.list(), new String[0]).length : 0;
    }
}
