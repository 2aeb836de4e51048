package dev.polyserve.faults;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.conformance.TestScope;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The requirements of a test on the machine. A test is skipped with the reason when one is not met.
final class Requirements {
    private static final int SOAK = Integer.getInteger("polyserve.soak", 1);

    /// Asked once, at the beginning: `select` cannot run in a process with as many open descriptors as this one has later,
    /// but it can in the servers that the tests start.
    private static final Map<String, Optional<String>> WHY_NOT = Model.all().stream()
            .collect(Collectors.toMap(Model::id, Server::whyNot));

    private Requirements() {}

    /// Skips the test unless the program is on the `PATH`.
    static void program(String name) {
        boolean found = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, name)));
        assumeTrue(found, () -> "needs the program '" + name + "', which is not on the PATH");
    }

    /// Skips the test unless this machine can run the model.
    static void model(String name) {
        Optional<String> whyNot = WHY_NOT.getOrDefault(name, Optional.of("there is no model of this name"));
        assumeTrue(whyNot.isEmpty(), () -> "needs the model " + name + ": " + whyNot.orElse(""));
    }

    /// Skips the test unless this process may open this many descriptors.
    static void descriptors(int count) {
        long most = ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getMaxFileDescriptorCount();
        assumeTrue(most >= count, () -> "needs " + count + " descriptors, and the limit is " + most + " (ulimit -n)");
    }

    /// A number of rounds: of a usual build, or of one with `-Dfull`.
    static int rounds(int usual, int full) {
        return TestScope.current() == TestScope.FULL ? full : usual;
    }

    /// A number of repetitions, multiplied in a long run.
    static int repetitions(int usual) {
        return usual * SOAK;
    }
}
