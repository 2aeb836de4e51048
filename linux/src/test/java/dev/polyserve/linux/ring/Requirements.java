package dev.polyserve.linux.ring;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// What tests of rings need of the machine.
final class Requirements {
    private static final int LIMIT_SECONDS = 30;

    private Requirements() {}

    /// Skips, with the reason, where there can be no ring.
    static void ring() {
        Optional<String> whyNot = RingProbe.whyNot();
        assumeTrue(whyNot.isEmpty(), () -> whyNot.orElse(""));
    }

    /// Skips where Python is missing, which sets the filter.
    static void seccompByPython() throws InterruptedException {
        boolean there;
        try {
            Process asked = new ProcessBuilder("python3", "-c", "import ctypes")
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            there = asked.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) && asked.exitValue() == 0;
        } catch (IOException e) {
            there = false;
        }
        assumeTrue(there, "python3 is missing, which sets the filter");
    }
}
