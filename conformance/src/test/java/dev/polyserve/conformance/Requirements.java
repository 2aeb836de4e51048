package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Model;
import dev.polyserve.Server;
import java.util.Optional;

/// The requirements of tests on the machine.
final class Requirements {
    private Requirements() {}

    /// Skips the test, with the reason, where a model cannot run.
    static void model(Model model) {
        Optional<String> whyNot = Server.whyNot(model);
        assumeTrue(whyNot.isEmpty(), () -> "needs a model that cannot run here: " + whyNot.orElse(""));
    }
}
