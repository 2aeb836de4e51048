package dev.polyserve.bench.contender;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which processors there are for this process, and which of them are threads of one core.
final class ProcessorTopology {
    private static final Path SYSTEM = Path.of("/sys/devices/system/cpu");

    private ProcessorTopology() {}

    /// The processors that a process may use; empty where the system does not tell.
    static Optional<Processors> allowed(long pid) {
        return ProcFiles.text(Long.toString(pid), "status")
                .flatMap(status -> ProcFiles.field(status, "Cpus_allowed_list"))
                .map(Processors::parse);
    }

    /// The same processors, those of a core together, in order of their first; each by itself where the system does
    /// not tell.
    static List<Processors> cores(Processors processors) {
        Map<String, List<Integer>> bySiblings = new LinkedHashMap<>();
        for (int number : processors.numbers()) {
            bySiblings.computeIfAbsent(siblings(number), _ -> new ArrayList<>()).add(number);
        }
        return bySiblings.values().stream().map(Processors::new).toList();
    }

    /// Whether a core has threads in both.
    static boolean sameCore(Processors one, Processors other) {
        List<String> cores = one.numbers().stream().map(ProcessorTopology::siblings).toList();
        return other.numbers().stream().map(ProcessorTopology::siblings).anyMatch(cores::contains);
    }

    private static String siblings(int processor) {
        Path list = SYSTEM.resolve("cpu" + processor).resolve("topology").resolve("thread_siblings_list");
        try {
            return Files.readString(list).strip();
        } catch (IOException e) {
            // Not told (in some containers): then each is taken for a core of its own.
            return Integer.toString(processor);
        }
    }
}
