package dev.polyserve.pool;

import dev.polyserve.coroutine.carrier.NonQueueingLock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Which connections of a pool are idle, how many there are, and which calls wait for one. Each connection has a place, of which
/// there are [PoolSettings#most].
///
/// A connection is used where it was begun, on one event loop for example, so the idle ones are kept apart by their homes. A
/// call takes the one of its home that was used last; without any, a free place, or that of the connection of another home that
/// has been idle for longest. Calls wait only while no connection is idle and no place is free.
///
/// **Thread**: any. It ends no connection: the caller does, without the lock.
final class PoolPlaces {
    /// How long calls of the same home come before one that has waited longer.
    private static final long PREFERENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final PoolGrant CLOSED = new PoolGrant.Closed();
    private static final PoolGrant REFUSED = new PoolGrant.Refused();
    private static final PoolGrant FREE = new PoolGrant.Place(null);
    private static final Executor SWEEPS = task -> Thread.ofVirtual().name("polyserve-pool").start(task);

    private final PoolSettings settings;
    private final NonQueueingLock lock = new NonQueueingLock();
    // All guarded by the lock.
    private final IdentityHashMap<Object, Deque<PoolEntry>> idle = new IdentityHashMap<>();
    private final Deque<PoolWaiter> waiters = new ArrayDeque<>();
    private int idleCount;
    private int open;
    private boolean closed;
    private boolean sweeps;
    private long connected;
    private long reused;
    private long stale;
    private long evicted;
    private long refused;

    PoolPlaces(PoolSettings settings) {
        this.settings = settings;
    }

    /// Gets what is there, or queues the call.
    PoolGrant ask(Object home) {
        lock.lock();
        try {
            if (closed) {
                return CLOSED;
            }
            PoolEntry last = takeLast(home);
            if (last != null) {
                return new PoolGrant.Reuse(last);
            }
            if (open < settings.most()) {
                open++;
                return FREE;
            }
            PoolEntry oldest = takeOldest();
            if (oldest != null) {
                evicted++;
                return new PoolGrant.Place(oldest);
            }
            if (waiters.size() >= settings.mostWaiting()) {
                refused++;
                return REFUSED;
            }
            PoolWaiter waiter = new PoolWaiter(home, System.nanoTime());
            waiters.add(waiter);
            return new PoolGrant.Wait(waiter);
        } finally {
            lock.unlock();
        }
    }

    /// Gets another idle connection in place of one that could not be used, or keeps the place of that.
    PoolGrant askAgain(Object home) {
        lock.lock();
        try {
            stale++;
            PoolEntry last = takeLast(home);
            if (last == null) {
                return FREE;
            }
            open--; // none waits while one is idle
            return new PoolGrant.Reuse(last);
        } finally {
            lock.unlock();
        }
    }

    /// Ends the wait of a call that waits no more.
    ///
    /// @return what it has got meanwhile; null: nothing
    @Nullable PoolGrant leave(PoolWaiter waiter) {
        lock.lock();
        try {
            if (!waiters.remove(waiter)) {
                return waiter.granted();
            }
            refused++;
            return null;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable PoolEntry takeLast(Object home) {
        Deque<PoolEntry> here = idle.get(home);
        return here == null ? null : without(here, home, here.removeLast());
    }

    private @Nullable PoolEntry takeOldest() {
        Object at = null;
        PoolEntry oldest = null;
        for (Map.Entry<Object, Deque<PoolEntry>> each : idle.entrySet()) {
            PoolEntry first = each.getValue().getFirst();
            if (oldest == null || first.idleSinceNanos - oldest.idleSinceNanos < 0) {
                oldest = first;
                at = each.getKey();
            }
        }
        if (oldest == null || at == null) {
            return null;
        }
        Deque<PoolEntry> there = idle.get(at);
        return there == null ? null : without(there, at, there.removeFirst());
    }

    /// It has left the idle ones, and its place is its receiver's.
    private PoolEntry without(Deque<PoolEntry> others, Object home, PoolEntry taken) {
        if (others.isEmpty()) {
            idle.remove(home);
        }
        idleCount--;
        taken.hasPlace = false;
        return taken;
    }

    // --- connections ---

    /// A connection that has just been begun gets the place of its call.
    void begun(PoolEntry entry) {
        boolean placed;
        lock.lock();
        try {
            connected++;
            placed = place(entry);
        } finally {
            lock.unlock();
        }
        freeUnless(placed);
    }

    /// An idle connection is used again, and gets the place of its call.
    void reused(PoolEntry entry) {
        boolean placed;
        lock.lock();
        try {
            reused++;
            placed = place(entry);
        } finally {
            lock.unlock();
        }
        freeUnless(placed);
    }

    /// Gives it a place, unless it is over. **Thread**: holds the lock; once it is released, [#over] may free the place.
    private static boolean place(PoolEntry entry) {
        entry.hasPlace = !entry.over;
        return entry.hasPlace;
    }

    private void freeUnless(boolean placed) {
        if (!placed) {
            free();
        }
    }

    /// A connection is over, and its place is free if it has one.
    void over(PoolEntry entry) {
        boolean frees;
        lock.lock();
        try {
            frees = entry.hasPlace;
            entry.hasPlace = false;
            if (!entry.over) {
                entry.over = true;
                forget(entry);
            }
        } finally {
            lock.unlock();
        }
        if (frees) {
            free();
        }
    }

    private void forget(PoolEntry entry) {
        Deque<PoolEntry> here = idle.get(entry.home);
        if (here != null && here.remove(entry)) {
            idleCount--;
            if (here.isEmpty()) {
                idle.remove(entry.home);
            }
        }
    }

    /// Frees a place: the call that has waited for longest gets it.
    void free() {
        PoolWaiter next;
        lock.lock();
        try {
            next = waiters.pollFirst();
            if (next == null) {
                open--;
                return;
            }
            next.grant(FREE);
        } finally {
            lock.unlock();
        }
        next.wake();
    }

    /// A connection is used no more, and is unowned: a call that waits gets it, or its place, or it is idle.
    ///
    /// @return false when the caller is to end it
    boolean release(PoolEntry entry) {
        PoolWaiter next;
        boolean stays;
        boolean toSweep = false;
        lock.lock();
        try {
            if (closed || entry.over) {
                return false;
            }
            entry.idleSinceNanos = System.nanoTime();
            next = next(entry.home);
            stays = next == null || next.home.equals(entry.home);
            if (next == null) {
                toSweep = keep(entry);
            } else {
                boolean _ = waiters.remove(next);
                entry.hasPlace = false;
                next.grant(stays ? new PoolGrant.Reuse(entry) : FREE);
            }
        } finally {
            lock.unlock();
        }
        if (next != null) {
            next.wake();
        }
        if (toSweep) {
            sweepIn(settings.idleNanos());
        }
        return stays;
    }

    /// The call that gets what is free: the first one of the home, unless another one has waited for too long.
    private @Nullable PoolWaiter next(Object home) {
        PoolWaiter first = waiters.peekFirst();
        if (first == null || first.home.equals(home) || System.nanoTime() - first.sinceNanos >= PREFERENCE_NANOS) {
            return first;
        }
        for (PoolWaiter each : waiters) {
            if (each.home.equals(home)) {
                return each;
            }
        }
        return first;
    }

    /// @return whether a sweep is to be scheduled
    private boolean keep(PoolEntry entry) {
        idle.computeIfAbsent(entry.home, _ -> new ArrayDeque<>()).addLast(entry);
        idleCount++;
        boolean toSweep = !sweeps && open > settings.least();
        sweeps |= toSweep;
        return toSweep;
    }

    // --- the idle limit ---

    private void sweepIn(long nanos) {
        boolean scheduled = false;
        try {
            CompletableFuture.delayedExecutor(Math.max(1, nanos), TimeUnit.NANOSECONDS, SWEEPS).execute(this::sweep);
            scheduled = true;
        } finally {
            if (!scheduled) {
                noSweep();
            }
        }
    }

    /// None is scheduled: the next connection that becomes idle has it scheduled.
    private void noSweep() {
        lock.lock();
        try {
            sweeps = false;
        } finally {
            lock.unlock();
        }
    }

    /// Ends the connections that have been idle for too long. **Thread**: one of its own.
    private void sweep() {
        List<PoolEntry> ended = new ArrayList<>();
        boolean taken = false;
        long next;
        try {
            next = takeLate(ended);
            taken = true;
        } finally {
            if (!taken) {
                noSweep();
            }
            ended.forEach(each -> each.connection.endUnowned());
        }
        if (next > 0) {
            sweepIn(next);
        }
    }

    /// Takes the connections that have been idle for too long.
    ///
    /// @return the time until the next sweep; 0: there is none
    private long takeLate(List<PoolEntry> ended) {
        long next = settings.idleNanos();
        lock.lock();
        try {
            long now = System.nanoTime();
            for (Iterator<Deque<PoolEntry>> homes = idle.values().iterator(); homes.hasNext();) {
                Deque<PoolEntry> here = homes.next();
                while (open > settings.least() && !here.isEmpty()
                        && now - here.getFirst().idleSinceNanos >= settings.idleNanos()) {
                    ended.add(here.getFirst());
                    here.removeFirst().hasPlace = false;
                    idleCount--;
                    open--;
                    evicted++;
                }
                if (here.isEmpty()) {
                    homes.remove();
                } else {
                    next = Math.min(next, settings.idleNanos() - (now - here.getFirst().idleSinceNanos));
                }
            }
            sweeps = idleCount > 0 && open > settings.least();
            return sweeps ? Math.max(1, next) : 0;
        } finally {
            lock.unlock();
        }
    }

    // --- the end ---

    /// Gives no connection any more.
    ///
    /// @return the idle ones, which the caller ends
    List<PoolEntry> close() {
        List<PoolEntry> ended = new ArrayList<>();
        List<PoolWaiter> told;
        lock.lock();
        try {
            closed = true;
            idle.values().forEach(ended::addAll);
            idle.clear();
            idleCount = 0;
            told = List.copyOf(waiters);
            waiters.clear();
            told.forEach(each -> each.grant(CLOSED));
        } finally {
            lock.unlock();
        }
        told.forEach(PoolWaiter::wake);
        return ended;
    }

    PoolStats stats() {
        lock.lock();
        try {
            return new Snapshot(open, idleCount, waiters.size(), connected, reused, stale, evicted, refused);
        } finally {
            lock.unlock();
        }
    }

    private record Snapshot(int open, int idle, int waiting, long connected, long reused, long stale, long evicted,
            long refused) implements PoolStats {}
}
