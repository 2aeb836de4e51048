package dev.polyserve.bench.contender;

import dev.polyserve.bench.process.ProcFiles;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads the descriptor limit of a process: the soft limit, which the process may raise to its hard limit.
final class DescriptorLimit {
    private static final Pattern OPEN_FILES = Pattern.compile("^Max open files\\s+(\\d+)\\s", Pattern.MULTILINE);

    private DescriptorLimit() {}

    /// The lowest limit of the root processes.
    static OptionalLong of(ContenderProcesses contender) {
        return contender.roots().stream().map(root -> ProcFiles.text(Long.toString(root.pid()), "limits").orElse(""))
                .map(OPEN_FILES::matcher).filter(Matcher::find).mapToLong(limit -> Long.parseLong(limit.group(1)))
                .min();
    }
}
