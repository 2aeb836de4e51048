package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// A11: connections that open and close leak no resources.
abstract class ChurnContractTests extends ContractTests {
    private static final int CYCLES = 300;
    /// The cycles where each is a process: more than the number of spare workers.
    private static final int WORKERS = ContractCell.FULL ? 24 : 12;
    private static final File DESCRIPTORS = new File("/proc/self/fd");

    @Test
    void shouldLeakNoDescriptorThreadOrConnection() throws Exception {
        int cycles = cell().startsPerConnection() ? WORKERS : cell().times(CYCLES);
        int settling = cell().times(20);
        try (ServerFixture fixture = start(TestService.greeting())) {
            cycle(fixture, settling);
            fixture.awaitOver(settling);
            long descriptors = descriptors();
            long threads = ServerThreads.countInUse();
            cycle(fixture, cycles);
            fixture.awaitOver(cycles);
            assertEquals(0, fixture.server.stats().active());
            assertEquals(0, fixture.server.connections().size());
            Eventually.until("nothing is buffered", () -> fixture.server.stats().bufferedBytes() == 0);
            Eventually.until("descriptors are released", () -> descriptors() <= descriptors + spare());
            Eventually.until("threads are gone", () -> ServerThreads.countInUse() <= threads + 1);
        }
    }

    /// The descriptors of idle workers, two for each, which come and go.
    private int spare() {
        return cell().hasWorkers() ? 10 : 2;
    }

    private void cycle(ServerFixture fixture, int times) throws Exception {
        for (int i = 0; i < times; i++) {
            try (TestClient client = fixture.connect()) {
                assertEquals("welcome", client.line());
                if (i % 3 == 0 && cell().transport().isTcp()) {
                    client.reset();
                } else if (i % 3 == 1) {
                    client.end();
                    assertEquals(0, client.toTheEnd().length);
                }
            }
        }
        // A worker may serve a client before its report of the accept arrives.
        Eventually.until("all are counted", () -> fixture.server.stats().accepted() >= times);
    }

    /// The number of open descriptors of this process; 0 where the system does not report it.
    static long descriptors() {
        return DESCRIPTORS.isDirectory() ? Objects.requireNonNullElse(DESCRIPTORS.list(), new String[0]).length : 0;
    }
}
