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
/// @param kind where it is one
/// @param pattern what the whole reason matches
record SkipReason(Kind kind, Pattern pattern) {
    private static final Path LIST = Path.of("src/test/resources/skips.txt");

    /// Where a test may be skipped.
    enum Kind {
        /// Everywhere: there is nothing to test.
        ALWAYS,
        /// On a machine that lacks something, which is none of continuous integration.
        MACHINE
    }

    /// Those of the list.
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

    /// Whether a test may be skipped for what it says.
    boolean allows(String reason, boolean continuousIntegration) {
        return switch (kind) {
            case ALWAYS -> true;
            case MACHINE -> !continuousIntegration;
        } && pattern.matcher(reason).matches();
    }
}
