package dev.polyserve.bench.contender;

import dev.polyserve.bench.process.ProcFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Finds the processors that a process may use, and those that are hardware threads of the same core.
final class ProcessorTopology {
    private static final Path SYSTEM = Path.of("/sys/devices/system/cpu");

    private ProcessorTopology() {}

    /// The processors that a process may use; empty where the system does not report them.
    static Optional<ProcessorList> allowed(long pid) {
        return ProcFiles.text(Long.toString(pid), "status")
                .flatMap(status -> ProcFiles.field(status, "Cpus_allowed_list"))
                .map(ProcessorList::parse);
    }

    /// The same processors grouped by core, in order of each core's first; each in a group of its own where the system
    /// does not report its topology.
    static List<ProcessorList> cores(ProcessorList processors) {
        Map<String, List<Integer>> bySiblings = new LinkedHashMap<>();
        for (int number : processors.numbers()) {
            bySiblings.computeIfAbsent(siblings(number), _ -> new ArrayList<>()).add(number);
        }
        return bySiblings.values().stream().map(ProcessorList::new).toList();
    }

    /// True when a core has hardware threads in both sets.
    static boolean sameCore(ProcessorList one, ProcessorList other) {
        List<String> cores = one.numbers().stream().map(ProcessorTopology::siblings).toList();
        return other.numbers().stream().map(ProcessorTopology::siblings).anyMatch(cores::contains);
    }

    private static String siblings(int processor) {
        Path list = SYSTEM.resolve("cpu" + processor).resolve("topology").resolve("thread_siblings_list");
        try {
            return Files.readString(list).strip();
        } catch (IOException e) {
            // Not available in some containers: each processor then counts as a core of its own.
            return Integer.toString(processor);
        }
    }
}
