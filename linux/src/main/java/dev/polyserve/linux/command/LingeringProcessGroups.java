package dev.polyserve.linux.command;

import dev.polyserve.conversation.NanoClock;
import dev.polyserve.linux.process.ChildProcess;
import dev.polyserve.linux.process.LiveProcessGroups;
import dev.polyserve.linux.system.ProcessCalls;
import dev.polyserve.loop.EventLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The processes that ended commands have left behind in their groups, all of which were sent SIGTERM: watched until
/// they are gone, and killed when that takes too long.
///
/// **Thread**: the loop's.
final class LingeringProcessGroups {
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    /// The ticks between two scans of the system's processes.
    private static final int TICKS_PER_LOOK = 5;
    /// How long to wait for killed processes.
    private static final long KILLED_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final EventLoop loop;
    private final NanoClock clock;
    private final long killAfterNanos;
    private final Consumer<Throwable> errors;
    private final List<Group> groups = new ArrayList<>();
    private EventLoop.@Nullable Delayed ticking;
    private int ticks;

    /// A group with a reaped leader.
    ///
    /// @param leader the reaped leader
    /// @param sinceNanos when watching began
    /// @param gone runs when no process of the group runs any more
    private record Group(ChildProcess leader, long sinceNanos, Runnable gone) {}

    LingeringProcessGroups(EventLoop loop, NanoClock clock, long killAfterNanos, Consumer<Throwable> errors) {
        this.loop = loop;
        this.clock = clock;
        this.killAfterNanos = killAfterNanos;
        this.errors = errors;
    }

    void watch(ChildProcess leader, Runnable gone) {
        loop.assertOwner();
        groups.add(new Group(leader, clock.nanos(), gone));
        if (ticking == null) {
            ticking = loop.repeat(TICK_NANOS, this::tick);
        }
    }

    private long tick() {
        ticks++;
        List<Group> over = new ArrayList<>(groups.stream().filter(this::isOver).toList());
        groups.removeAll(over);
        if (!groups.isEmpty() && ticks % TICKS_PER_LOOK == 0) {
            Set<Integer> running = running();
            List<Group> dead = groups.stream().filter(group -> !running.contains(group.leader.pid())).toList();
            groups.removeAll(dead);
            over.addAll(dead);
        }
        over.forEach(group -> group.gone.run());
        if (groups.isEmpty()) {
            ticking = null;
            return -1;
        }
        return TICK_NANOS;
    }

    private Set<Integer> running() {
        try {
            return LiveProcessGroups.running();
        } catch (IOException e) {
            errors.accept(e);
            return groups.stream().map(group -> group.leader.pid()).collect(Collectors.toSet());
        }
    }

    private boolean isOver(Group group) {
        long passed = clock.nanos() - group.sinceNanos;
        try {
            boolean anyLeft = group.leader.signalLeftOver(passed < killAfterNanos ? 0 : ProcessCalls.SIGKILL);
            // Killed processes do nothing more, though they may not be reaped yet.
            return !anyLeft || passed - killAfterNanos > KILLED_NANOS;
        } catch (IOException e) {
            errors.accept(e);
            return true;
        }
    }
}
