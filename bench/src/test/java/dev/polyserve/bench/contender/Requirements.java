package dev.polyserve.bench.contender;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/// The requirements of a test on the machine. A test without them is skipped, with the reason.
final class Requirements {
    private Requirements() {}

    /// Skips the test unless the program is on the `PATH`.
    static String program(String name) {
        var found = ExecutableLookup.ofThisProcess().find(name);
        assumeTrue(found.isPresent(), () -> "needs the program '" + name + "', which is not on the PATH");
        return found.orElseThrow();
    }

    /// Skips the test on systems without Linux's `/proc`.
    static void proc() {
        assumeTrue(Files.exists(Path.of("/proc/self/stat")), "needs /proc");
    }
}
