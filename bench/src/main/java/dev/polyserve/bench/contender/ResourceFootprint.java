package dev.polyserve.bench.contender;

import dev.polyserve.bench.process.ProcFiles;
import dev.polyserve.bench.process.ProcessStat;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// The memory, threads and descriptors that a contender holds at one moment. A figure that the system does not report
/// is absent.
///
/// **Thread**: any; it is a value.
///
/// @param rssBytes resident memory. For several processes, the sum of their proportional shares (PSS), so that pages
///         shared by forked workers count once
/// @param threads number of threads, of all processes
/// @param descriptors number of open descriptors, of all processes
public record ResourceFootprint(OptionalLong rssBytes, OptionalInt threads, OptionalLong descriptors) {
    /// Samples the processes now. For many processes with much memory this takes milliseconds, so it must not run
    /// within a round.
    static ResourceFootprint of(ContenderProcesses contender) {
        List<ProcessStat> found = contender.now().stream().filter(one -> !one.zombie()).toList();
        if (found.isEmpty()) {
            return new ResourceFootprint(OptionalLong.empty(), OptionalInt.empty(), OptionalLong.empty());
        }
        OptionalLong rssBytes = found.size() == 1
                ? residentBytes(found.getFirst())
                : sum(found.stream().map(ResourceFootprint::proportionalBytes).toList());
        return new ResourceFootprint(rssBytes, OptionalInt.of(found.stream().mapToInt(ProcessStat::threads).sum()),
                sum(found.stream().map(ResourceFootprint::descriptors).toList()));
    }

    private static OptionalLong residentBytes(ProcessStat process) {
        return ProcFiles.text(Long.toString(process.pid()), "status").map(status -> ProcFiles.bytes(status, "VmRSS"))
                .orElse(OptionalLong.empty());
    }

    private static OptionalLong proportionalBytes(ProcessStat process) {
        return ProcFiles.text(Long.toString(process.pid()), "smaps_rollup").map(smaps -> ProcFiles.bytes(smaps, "Pss"))
                .orElse(OptionalLong.empty());
    }

    private static OptionalLong descriptors(ProcessStat process) {
        return ProcFiles.names(Long.toString(process.pid()), "fd").map(names -> OptionalLong.of(names.size()))
                .orElse(OptionalLong.empty());
    }

    /// Empty when one of the parts is: a sum without it would be too low.
    private static OptionalLong sum(List<OptionalLong> parts) {
        return parts.stream().allMatch(OptionalLong::isPresent)
                ? OptionalLong.of(parts.stream().mapToLong(OptionalLong::getAsLong).sum())
                : OptionalLong.empty();
    }
}
