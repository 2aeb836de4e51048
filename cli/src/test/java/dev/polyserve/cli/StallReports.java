package dev.polyserve.cli;

import java.util.regex.Pattern;

/// The reports of event loops that a busy machine delayed, in the log of the program: any test may have some, of less than
/// three seconds.
///
/// **Thread**: any.
public final class StallReports {
    /// A report of 0 to 2999 ms with its stack, in lines that are indented.
    private static final Pattern REPORT = Pattern
            .compile("(?m)^\\S+ WARN +the event loop .* has been busy for [12]?\\d{1,3} ms.*\\R(?: {4}.*\\R)*");

    private StallReports() {}

    /// The log without the reports of less than three seconds. A longer stall is a fault.
    public static String removedFrom(String log) {
        return REPORT.matcher(log).replaceAll("");
    }
}
