package dev.polyserve.loop;

import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.DeadlineMonitor;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The base of the connections on a loop: the timer that checks their time limits, and the requests of other threads.
///
/// The limits are checked as often as they require, until the conversation is over, and end it in place of an owner that
/// cannot.
///
/// A request takes no memory, because what ends a connection has to reach the loop while the heap is full, too. The
/// connection is its own link in the loop's queue ([LoopRequests]). What is asked for, a set of bits, is done once, however
/// often it was asked for before. If that lacks memory, it is asked for again: so [#perform] finds done what it has done
/// already.
///
/// It is one object, and its subclasses are what serves the connection, so that an idle connection keeps no more.
///
/// **Thread**: any asks; the loop performs, and checks.
///
/// @param <C> its conversation
abstract non-sealed class AbstractLoopConnection<C extends Conversation> extends PeriodicTimer
        implements
            DeadlineMonitor {
    private static final VarHandle ASKED;
    private static final int QUEUED = 1 << 31;
    private static final int CHECK = 1 << 30;
    private static final int CANCEL = 1 << 29;
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    static {
        try {
            ASKED = MethodHandles.lookup().findVarHandle(AbstractLoopConnection.class, "asked", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused")
    private int asked;
    /// The next in the queue.
    @Nullable
    AbstractLoopConnection<?> next;
    private volatile @Nullable C conversation;

    AbstractLoopConnection(EventLoop loop) {
        super(loop);
    }

    /// Watches the time limits of its conversation. The checks begin soon. **Thread**: any, before the conversation begins.
    public final void watch(C watched) {
        conversation = watched;
        watched.watchedBy(this);
        askNow();
    }

    /// Its conversation, once it is watched.
    final @Nullable C conversation() {
        return conversation;
    }

    // --- requests ---

    /// Adds to what is asked for.
    ///
    /// @return whether it is to be queued, because it is not yet
    final boolean add(int what) {
        return ((int) ASKED.getAndBitwiseOr(this, what | QUEUED) & QUEUED) == 0;
    }

    /// Takes what is asked for; it is not in the queue any more.
    final int take() {
        return (int) ASKED.getAndSet(this, 0) & ~QUEUED;
    }

    /// Does what was asked for. **Thread**: the loop's.
    final void performAll(int what) {
        if ((what & CANCEL) != 0) {
            loop.unset(this);
        } else if ((what & CHECK) != 0) {
            runSoon();
        }
        int others = what & ~(CANCEL | CHECK);
        if (others != 0) {
            perform(others);
        }
    }

    /// Does what the subclass was asked for. **Thread**: the loop's.
    ///
    /// @param what bits of the subclass, below `1 << 29`
    abstract void perform(int what);

    // --- the time limits ---

    @Override
    public final void askNow() {
        loop.ask(this, CHECK);
    }

    @Override
    public final void over() {
        loop.askForLater(this, CANCEL);
    }

    @Override
    final long runOnce() {
        C watched = conversation;
        if (watched == null) {
            return -1;
        }
        long pauseNanos = loop.limitPauseNanos();
        return pauseNanos > 0 && !watched.isAbandoned() ? pauseNanos : watched.watch();
    }

    /// A connection keeps its limits after a lack of memory.
    @Override
    final long retryNanos() {
        return RETRY_NANOS;
    }
}
