package dev.polyserve.bench.contender;

import dev.polyserve.bench.process.ProcFiles;
import dev.polyserve.bench.process.ProcessStat;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The processes of one contender: root processes, the members of their sessions, and all descendants of those.
///
/// Processes start and end, so each call searches anew. The session also finds orphaned processes.
///
/// **Thread**: any; it holds only the root processes.
///
/// @param roots the root processes; a handle includes the start time, so a reused process id does not match
record ContenderProcesses(Set<ProcessHandle> roots) {
    private static final long POLL_NANOS = 10_000_000;
    private static final Duration KILL_TIMEOUT = Duration.ofSeconds(2);

    ContenderProcesses {
        roots = Set.copyOf(roots);
    }

    /// For a contender with unknown processes.
    static ContenderProcesses unknown() {
        return new ContenderProcesses(Set.of());
    }

    /// The current processes, parents before their children; empty without `/proc`.
    List<ProcessStat> now() {
        if (roots.isEmpty()) {
            return List.of();
        }
        List<ProcessStat> all = ProcFiles.processes().stream().map(ProcessStat::of).flatMap(Optional::stream).toList();
        Map<Long, List<ProcessStat>> byParent = new HashMap<>();
        all.forEach(one -> byParent.computeIfAbsent(one.parent(), _ -> new ArrayList<>()).add(one));
        Deque<ProcessStat> next = new ArrayDeque<>();
        Set<Long> first = currentRootIds();
        all.stream().filter(one -> first.contains(one.pid()) || first.contains(one.session()))
                .sorted(Comparator.comparing(one -> !first.contains(one.pid()))).forEach(next::add);
        Set<ProcessStat> members = new LinkedHashSet<>();
        while (!next.isEmpty()) {
            ProcessStat one = next.remove();
            if (members.add(one)) {
                next.addAll(byParent.getOrDefault(one.pid(), List.of()));
            }
        }
        return List.copyOf(members);
    }

    /// The ids of the processes that run now.
    List<Long> pids() {
        return handles().map(ProcessHandle::pid).toList();
    }

    /// Ends the processes: TERM first, then KILL for those that remain after the grace period.
    ///
    /// @return true when none is left
    boolean end(Duration grace) {
        Set<ProcessHandle> known = new HashSet<>();
        forEachAlive(known, ProcessHandle::destroy);
        if (goneWithin(known, grace)) {
            return true;
        }
        // A process that forks while it is being killed leaves a child, which the next search finds.
        long deadline = System.nanoTime() + KILL_TIMEOUT.toNanos();
        do {
            forEachAlive(known, ProcessHandle::destroyForcibly);
        } while (!goneWithin(known, Duration.ofNanos(POLL_NANOS)) && System.nanoTime() - deadline < 0);
        return alive(known).isEmpty();
    }

    private void forEachAlive(Set<ProcessHandle> known, Consumer<ProcessHandle> end) {
        alive(known).forEach(end);
    }

    /// Adds the processes that run now to the known ones, and returns those still alive.
    private Collection<ProcessHandle> alive(Set<ProcessHandle> known) {
        handles().forEach(known::add);
        return known.stream().filter(ContenderProcesses::alive).toList();
    }

    private boolean goneWithin(Set<ProcessHandle> known, Duration time) {
        long deadline = System.nanoTime() + time.toNanos();
        boolean interrupted = false;
        while (!alive(known).isEmpty() && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(POLL_NANOS);
            interrupted |= Thread.interrupted(); // parkNanos returns at once while the flag is set
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return alive(known).isEmpty();
    }

    private Stream<ProcessHandle> handles() {
        List<ProcessStat> stats = now();
        if (!stats.isEmpty()) {
            return stats.stream().filter(one -> !one.zombie()).map(one -> ProcessHandle.of(one.pid()))
                    .flatMap(Optional::stream);
        }
        return roots.stream().filter(ProcessHandle::isAlive)
                .flatMap(root -> Stream.concat(Stream.of(root), root.descendants()));
    }

    /// The ids of the root processes. As long as the session exists, the kernel does not reuse its id; once the id is
    /// reused, the session has no members left.
    private Set<Long> currentRootIds() {
        return roots.stream().filter(root -> ProcessHandle.of(root.pid()).map(root::equals).orElse(true))
                .map(ProcessHandle::pid).collect(Collectors.toSet());
    }

    /// A zombie counts as ended, because its parent may never reap it.
    private static boolean alive(ProcessHandle handle) {
        return handle.isAlive() && !ProcessStat.of(handle.pid()).map(ProcessStat::zombie).orElse(false);
    }
}
