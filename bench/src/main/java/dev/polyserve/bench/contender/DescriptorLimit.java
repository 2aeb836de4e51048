package dev.polyserve.bench.contender;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How many descriptors a process may open: the limit that is in force, which it may raise to its hard one.
final class DescriptorLimit {
    private static final Pattern OPEN_FILES = Pattern.compile("^Max open files\\s+(\\d+)\\s", Pattern.MULTILINE);

    private DescriptorLimit() {}

    /// The least of the first processes' limits.
    static OptionalLong of(Processes contender) {
        return contender.roots().stream().map(root -> ProcFiles.text(Long.toString(root.pid()), "limits").orElse(""))
                .map(OPEN_FILES::matcher).filter(Matcher::find).mapToLong(limit -> Long.parseLong(limit.group(1)))
                .min();
    }
}
