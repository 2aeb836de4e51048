package dev.polyserve.bench.contender;

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

/// The processes of one contender: some first ones, the members of their sessions, and all that descend from those.
///
/// They come and go, so each look finds them anew. A session keeps those together whose parents ended.
///
/// **Thread**: any; it holds nothing but the first processes.
///
/// @param roots the first processes, which their start tells from later ones with their numbers
record Processes(Set<ProcessHandle> roots) {
    private static final long POLL_NANOS = 10_000_000;
    private static final Duration KILLED_ARE_GONE = Duration.ofSeconds(2);

    Processes {
        roots = Set.copyOf(roots);
    }

    /// For a contender whose processes cannot be known.
    static Processes unknown() {
        return new Processes(Set.of());
    }

    /// Those that there are now, parents before their children; empty without `/proc`.
    List<ProcessStat> now() {
        if (roots.isEmpty()) {
            return List.of();
        }
        List<ProcessStat> all = ProcFiles.processes().stream().map(ProcessStat::of).flatMap(Optional::stream).toList();
        Map<Long, List<ProcessStat>> byParent = new HashMap<>();
        all.forEach(one -> byParent.computeIfAbsent(one.parent(), _ -> new ArrayList<>()).add(one));
        Deque<ProcessStat> next = new ArrayDeque<>();
        Set<Long> first = numbersStillOurs();
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

    /// The numbers of those that run now.
    List<Long> pids() {
        return handles().map(ProcessHandle::pid).toList();
    }

    /// Ends them: by TERM, and those that are left after the grace by KILL.
    ///
    /// @return whether none is left
    boolean end(Duration grace) {
        Set<ProcessHandle> known = new HashSet<>();
        forEachAlive(known, ProcessHandle::destroy);
        if (goneWithin(known, grace)) {
            return true;
        }
        // A process that forks while it is killed leaves one that the next look finds.
        long deadline = System.nanoTime() + KILLED_ARE_GONE.toNanos();
        do {
            forEachAlive(known, ProcessHandle::destroyForcibly);
        } while (!goneWithin(known, Duration.ofNanos(POLL_NANOS)) && System.nanoTime() - deadline < 0);
        return alive(known).isEmpty();
    }

    private void forEachAlive(Set<ProcessHandle> known, Consumer<ProcessHandle> end) {
        alive(known).forEach(end);
    }

    /// Adds those that run now to those that are known, and returns which of them live.
    private Collection<ProcessHandle> alive(Set<ProcessHandle> known) {
        handles().forEach(known::add);
        return known.stream().filter(Processes::alive).toList();
    }

    private boolean goneWithin(Set<ProcessHandle> known, Duration time) {
        long deadline = System.nanoTime() + time.toNanos();
        boolean interrupted = false;
        while (!alive(known).isEmpty() && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(POLL_NANOS);
            interrupted |= Thread.interrupted(); // or it would not wait any more
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

    /// The numbers of the first processes. A session keeps its number from being given away; when that has happened all
    /// the same, there is no such session any more.
    private Set<Long> numbersStillOurs() {
        return roots.stream().filter(root -> ProcessHandle.of(root.pid()).map(root::equals).orElse(true))
                .map(ProcessHandle::pid).collect(Collectors.toSet());
    }

    /// An ended process whose parent never asks for it is a number only, and no longer our concern.
    private static boolean alive(ProcessHandle handle) {
        return handle.isAlive() && !ProcessStat.of(handle.pid()).map(ProcessStat::zombie).orElse(false);
    }
}
