package dev.polyserve.architecture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A reason for which a test may be skipped: a line of `skips.txt`.
///
/// @param kind the machines on which the reason is allowed
/// @param pattern the pattern that the whole reason matches
record SkipReason(Kind kind, Pattern pattern) {
    private static final Path LIST = Path.of("src/test/resources/skips.txt");

    /// The machines on which a test may be skipped.
    enum Kind {
        /// Every machine: the test does not apply.
        ALWAYS,
        /// Machines without a requirement; not those of continuous integration.
        MACHINE
    }

    /// The reasons of the list.
    static List<SkipReason> listed() throws IOException {
        try (Stream<String> lines = Files.lines(Project.ROOT.resolve("architecture").resolve(LIST))) {
            return lines.filter(line -> !line.isBlank() && !line.startsWith("#")).map(SkipReason::parse).toList();
        }
    }

    /// Reads `always PATTERN` or `machine PATTERN`.
    static SkipReason parse(String line) {
        String[] words = line.split(" +", 2);
        return new SkipReason(Kind.valueOf(words[0].toUpperCase(Locale.ROOT)), Pattern.compile(words[1]));
    }

    String text() {
        return pattern.pattern();
    }

    /// Whether the list allows a reason on this machine.
    boolean allows(String reason, boolean continuousIntegration) {
        return switch (kind) {
            case ALWAYS -> true;
            case MACHINE -> !continuousIntegration;
        } && pattern.matcher(reason).matches();
    }
}
