package dev.polyserve.lab;

import dev.polyserve.lab.recording.LabServerSample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// The processes of one server, and the sums of their figures. What a process has used before the run, or before it was known,
/// does not count; what it has used by its end does.
///
/// **Thread**: any.
final class LabServerProcesses {
    private final Map<Long, Figures> known = new ConcurrentHashMap<>();
    /// In the order in which they became known.
    private final List<Long> pids = new CopyOnWriteArrayList<>();

    /// A process of the server is known.
    ///
    /// @return whether it was not before
    boolean add(long pid) {
        var now = LabProcessUsage.of(pid);
        boolean added = now.isPresent() && known.putIfAbsent(pid, Figures.first(now.get())) == null;
        if (added) {
            pids.add(pid);
        }
        return added;
    }

    /// What a process itself counts.
    ///
    /// @param calls its system calls
    /// @param writes its writes to the lab
    void counts(long pid, long calls, long writes) {
        known.computeIfPresent(pid, (_, one) -> one.with(new Counts(Math.max(0, calls), writes)));
    }

    /// The processes in the order in which they became known.
    List<Long> pids() {
        return new ArrayList<>(pids);
    }

    /// Counts from now on: the run begins.
    void begin() {
        known.replaceAll((pid, one) -> new Figures(LabProcessUsage.of(pid).orElse(one.last()), one.last(),
                one.counted(), one.counted(), true));
    }

    /// The sums now.
    LabServerSample.Processes sample() {
        int count = 0;
        int threads = 0;
        long resident = 0;
        double seconds = 0;
        long calls = 0;
        for (Long pid : pids) {
            var now = LabProcessUsage.of(pid);
            now.ifPresent(last -> known.computeIfPresent(pid, (_, one) -> one.with(last)));
            Figures figures = known.get(pid);
            if (figures != null) {
                count += now.isPresent() ? 1 : 0;
                threads += now.map(LabProcessUsage::threads).orElse(0);
                resident += now.map(LabProcessUsage::residentBytes).orElse(0L);
                seconds += Math.max(0, figures.last().processorSeconds() - figures.first().processorSeconds());
                calls += figures.systemCalls();
            }
        }
        return new LabServerSample.Processes(count, threads, resident, seconds, OptionalLong.of(calls));
    }

    /// What a process counts itself.
    ///
    /// @param calls its system calls, except those of the JDK
    /// @param writes its writes to the lab
    private record Counts(long calls, long writes) {}

    /// The figures of one process.
    ///
    /// @param first those from which on they count
    /// @param last the last ones
    /// @param uncounted what it had counted itself by then
    /// @param counted what it has counted itself
    /// @param hasCounted whether it has said what it counts
    private record Figures(LabProcessUsage first, LabProcessUsage last, Counts uncounted, Counts counted,
            boolean hasCounted) {
        static Figures first(LabProcessUsage now) {
            return new Figures(now, now, new Counts(0, 0), new Counts(0, 0), false);
        }

        Figures with(LabProcessUsage now) {
            return new Figures(first, now, uncounted, counted, hasCounted);
        }

        Figures with(Counts now) {
            return new Figures(first, last, hasCounted ? uncounted : now, now, true);
        }

        /// All but those that record.
        long systemCalls() {
            long reads = last.readsAndWrites() - first.readsAndWrites();
            return Math.max(0, counted.calls() - uncounted.calls() + reads - counted.writes() + uncounted.writes());
        }
    }
}
