package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// A11: connections that come and go leave nothing behind.
abstract class ChurnClause extends Clause {
    private static final int CYCLES = 300;
    private static final File DESCRIPTORS = new File("/proc/self/fd");

    @Test
    void shouldLeaveNoDescriptorThreadOrConnectionBehind() throws Exception {
        try (Stage stage = start(Role.greeting())) {
            cycle(stage, 20);
            stage.awaitOver(20);
            long descriptors = descriptors();
            long threads = ServerThreads.count();
            cycle(stage, CYCLES);
            stage.awaitOver(CYCLES);
            assertEquals(0, stage.server.stats().active());
            assertEquals(0, stage.server.connections().size());
            assertEquals(0, stage.server.stats().bufferedBytes());
            Patiently.until("descriptors are released", () -> descriptors() <= descriptors + 2);
            Patiently.until("threads are gone", () -> ServerThreads.count() <= threads + 1);
        }
    }

    private void cycle(Stage stage, int times) throws Exception {
        for (int i = 0; i < times; i++) {
            try (Client client = stage.connect()) {
                assertEquals("welcome", client.line());
                if (i % 3 == 0 && cell().transport() == Transport.TCP) {
                    client.reset();
                } else if (i % 3 == 1) {
                    client.end();
                    assertEquals(0, client.toTheEnd().length);
                }
            }
        }
        assertTrue(stage.server.stats().accepted() >= times);
    }

    /// Open descriptors of this process; 0 where the system does not tell.
    static long descriptors() {
        return DESCRIPTORS.isDirectory() ? Objects.requireNonNullElse(DESCRIPTORS.list(), new String[0]).length : 0;
    }
}
