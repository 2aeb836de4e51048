package dev.polyserve.lab;

import dev.polyserve.bench.process.ProcFiles;
import dev.polyserve.bench.process.ProcessStat;
import java.util.Optional;

/// What a process holds and has used, as `/proc/PID` says (`proc(5)`).
///
/// **Thread**: any; it is a value.
///
/// @param processorSeconds the processor time of all its threads
/// @param threads how many threads it has
/// @param residentBytes its resident memory
/// @param readsAndWrites its calls of `read` and `write`, and those like them: not `recv` and `send`
record LabProcessUsage(double processorSeconds, int threads, long residentBytes, long readsAndWrites) {
    /// The figures of a process now; empty when it has ended, or there is no `/proc`.
    static Optional<LabProcessUsage> of(long pid) {
        String process = Long.toString(pid);
        Optional<String> status = ProcFiles.text(process, "status");
        Optional<String> io = ProcFiles.text(process, "io");
        return status.isEmpty() || io.isEmpty()
                ? Optional.empty()
                : ProcessStat.of(pid)
                        .map(stat -> new LabProcessUsage((double) stat.ownTicks() / ProcessStat.TICKS_PER_SECOND,
                                stat.threads(), ProcFiles.bytes(status.get(), "VmRSS").orElse(0),
                                calls(io.get(), "syscr") + calls(io.get(), "syscw")));
    }

    /// Whether a process has ended, though its parent may not know it yet.
    static boolean hasEnded(long pid) {
        return ProcessStat.of(pid).map(ProcessStat::zombie).orElseGet(() -> ProcessHandle.of(pid).isEmpty());
    }

    private static long calls(String io, String name) {
        return ProcFiles.field(io, name).map(Long::parseLong).orElse(0L);
    }
}
