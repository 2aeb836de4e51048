package dev.polyserve.loop;

import dev.polyserve.ConnectionInfo;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.coroutine.carrier.CarrierThread;
import dev.polyserve.jfr.JfrEvents;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Hands an event loop to another platform thread while a handler's code occupies its own.
///
/// ```
///   the loop's thread runs a handler's code too long, or is pinned by it and waits
///     ──take──▶ a spare thread runs the loop ─▶ the handler's next call of the library returns to it through the run queue
///           └─▶ the first thread ends the stretch, and becomes a spare
///   a handler begins a stretch that is expected to be long ([HandlerCoroutine])
///     ──takeSpare──▶ a spare thread runs the stretch, the loop goes on
/// ```
///
/// A loop whose hub was asked for is not handed off: its tasks and handlers take turns, and see each other's unguarded
/// state. What keeps a loop from being handed off is reported as a stall.
///
/// **Thread**: any, except as noted.
final class LoopHandOff {
    private volatile LoopThread thread;
    private final EventLoop loop;
    private final AtomicLong count = new AtomicLong();
    /// Set before the loop starts, if at all.
    private @Nullable HandOffMonitor monitor;
    private volatile boolean refused;

    LoopHandOff(EventLoop loop, LoopThread first) {
        this.loop = loop;
        this.thread = first;
    }

    /// The thread that runs the loop now.
    LoopThread thread() {
        return thread;
    }

    /// Allows hand-offs. Call it before the loop starts.
    void allow(HandOffMonitor by) {
        loop.assertOwner();
        monitor = by;
    }

    /// Refuses all further hand-offs: the loop's hub was asked for. A handler that asks, beside the loop, returns to it
    /// first.
    void refuse() {
        if (!refused) {
            refused = true;
        }
        LoopThread mine = ofCaller();
        if (mine != null && !mine.stretch().isInLibrary()) {
            // A new stretch: a monitor that has sampled the present one before `refused` was set does not take it.
            if (mine.stretch().enterLibrary()) {
                mine.stretch().leaveLibrary();
            } else {
                returnToLoop(mine);
            }
        }
    }

    private @Nullable LoopThread ofCaller() {
        return CarrierThread.ofCaller() instanceof LoopThread carrier && loop.equals(carrier.loop()) ? carrier : null;
    }

    @SuppressWarnings("ThreadPriorityCheck") // exact: the loop is the scheduler
    private static void returnToLoop(LoopThread from) {
        Thread.yield();
        if (from.equals(CarrierThread.ofCaller()) && from.stretch().isTaken()) {
            throw new IllegalStateException(CarrierThread.refusal("a caller of the loop's hub"));
        }
    }

    /// Whether the loop may be handed off.
    boolean isAllowed() {
        return monitor != null && !refused;
    }

    /// The number of hand-offs so far.
    long count() {
        return count.get();
    }

    /// Whether the caller runs on the loop's present thread, in the library's code: then it has the loop for itself.
    boolean isOwnerCalling() {
        LoopThread now = thread;
        return now.runsCaller() && (!isAllowed() || now.stretch().isInLibrary());
    }

    /// Whether the caller is the loop's present thread itself, in the library's code.
    boolean isThreadCalling() {
        LoopThread now = thread;
        return Thread.currentThread().equals(now) && (!isAllowed() || now.stretch().isInLibrary());
    }

    /// Takes the loop from its thread in the stretch of a handler's code that the word was sampled in.
    ///
    /// @return false if that stretch is over, or the loop may not be handed off, or no thread is to spare
    boolean take(LoopThread from, long sampled) {
        LoopThread next = nextThread();
        if (next == null) {
            return false;
        }
        if (!from.equals(thread) || !from.stretch().take(sampled)) {
            giveBack(next);
            return false;
        }
        goesTo(next, "occupied");
        return true;
    }

    /// Takes the loop from its thread in the present stretch of a handler's code. **Thread**: the handler's.
    boolean takeFromHandler(LoopThread from) {
        long now = from.stretch().sample();
        return StretchState.isHandler(now) && take(from, now);
    }

    /// Gives the loop away from within the library, because the caller is pinned and has to wait. **Thread**: the
    /// handler's, which has the loop for itself.
    ///
    /// @return false if the loop may not be handed off, or no thread is to spare
    boolean giveAway(LoopThread from) {
        loop.assertOwner();
        LoopThread next = nextThread();
        if (next == null) {
            return false;
        }
        from.stretch().giveAway();
        goesTo(next, "pinned");
        return true;
    }

    /// Takes a spare thread for a stretch of a handler's code that is expected to be long; a call of [#begins] or
    /// [#giveBack] follows. **Thread**: the loop's.
    ///
    /// @return null if the loop may not be handed off, or no thread is to spare
    @Nullable LoopThread takeSpare() {
        loop.assertOwner();
        return nextThread();
    }

    /// Gives a stretch of a handler's code to a spare thread, beside the loop. **Thread**: any.
    void begins(HandlerCoroutine stretch, LoopThread spare) {
        ConnectionInfo served = loop.servedConnection();
        count.incrementAndGet();
        spare.give(stretch);
        tell(served, "expected");
    }

    private void tell(@Nullable ConnectionInfo served, String reason) {
        JfrEvents.handOff(loop.name(), served, reason);
        if (served instanceof Conversation conversation) {
            conversation.handedOff(loop.name(), reason);
        }
    }

    /// Gives back a spare thread that was not needed.
    void giveBack(LoopThread spare) {
        spares().giveBack(spare);
    }

    /// How long a stretch of a handler's code may take on the loop's thread.
    long limitNanos() {
        HandOffMonitor allowing = monitor;
        return allowing == null ? Long.MAX_VALUE : allowing.limitNanos();
    }

    private @Nullable LoopThread nextThread() {
        return isAllowed() ? spares().take() : null;
    }

    private SpareThreads spares() {
        HandOffMonitor allowing = monitor;
        if (allowing == null) {
            throw new IllegalStateException("the loop " + loop.name() + " is not handed off");
        }
        return allowing.spares();
    }

    /// The loop is about to run handlers' code in this turn. **Thread**: the loop's.
    void handlersRun() {
        HandOffMonitor watching = monitor;
        if (watching != null) {
            watching.handlersRun();
        }
    }

    private void goesTo(LoopThread next, String reason) {
        ConnectionInfo served = loop.servedConnection();
        thread = next;
        count.incrementAndGet();
        next.give(loop);
        tell(served, reason);
    }

    /// Ends a thread whose loop has ended, and keeps one that has lost its loop or has run a stretch beside it.
    ///
    /// @return what the thread runs next; null when it is to end
    LoopThread.@Nullable Task next(LoopThread last) {
        return last.stretch().isTaken() ? spares().keep(last) : null;
    }
}
