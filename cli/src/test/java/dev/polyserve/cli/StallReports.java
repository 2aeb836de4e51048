package dev.polyserve.cli;

import java.util.regex.Pattern;

/// The reports of event loops that a busy machine delayed, in the log of the program: any test may have some.
///
/// **Thread**: any.
public final class StallReports {
    /// The report with its stack, in lines that are indented.
    private static final Pattern REPORT = Pattern
            .compile("(?m)^\\S+ WARN +the event loop .* has been busy for .*\\R(?: {4}.*\\R)*");

    private StallReports() {}

    /// The log without them.
    public static String removedFrom(String log) {
        return REPORT.matcher(log).replaceAll("");
    }
}
