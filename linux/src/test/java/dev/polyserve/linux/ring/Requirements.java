package dev.polyserve.linux.ring;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Optional;

/// The requirements of ring tests on the machine.
final class Requirements {
    private Requirements() {}

    /// Skips the test, with the reason, where there can be no ring.
    static void ring() {
        Optional<String> whyNot = RingProbe.whyNot();
        assumeTrue(whyNot.isEmpty(), () -> "needs a model that cannot run here: " + whyNot.orElse(""));
    }
}
