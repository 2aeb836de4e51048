package dev.polyserve.loop;

import dev.polyserve.coroutine.carrier.CarrierThread;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A platform thread that runs an event loop until the loop ends or is handed off, and afterwards perhaps another one, or
/// stretches of handlers' code.
///
/// ```
///   runs its loop ──handed off──▶ ends the handler's stretch ──▶ spare ──given a loop or a stretch──▶ runs it …
///        └──the loop ends──▶ over                                  └──not needed──▶ over
/// ```
///
/// **Thread**: its own, except as noted.
public final class LoopThread extends CarrierThread {
    /// What such a thread runs.
    sealed interface Task permits EventLoop, HandlerCoroutine {
        /// The loop, or that of the handler.
        EventLoop loop();

        /// Runs it on the calling thread. **Thread**: the given one.
        void runOn(LoopThread current);
    }

    private static final long TAKEN = Long.MIN_VALUE;
    /// The name of a thread without a loop.
    static final String SPARE_NAME = "polyserve-spare";

    private final StretchState stretch = new StretchState();
    /// Waits for what to run first; null: nothing comes.
    private final Supplier<@Nullable Task> first;
    /// What it is to run next; null: nothing yet.
    private volatile @Nullable Task given;
    /// The loop that it runs, or ran last.
    private volatile @Nullable EventLoop loop;
    /// The thread that runs the next stretch of the coroutine which is about to leave this one; null: this one again.
    private @Nullable LoopThread successor;
    /// When it began to run a stretch beside the loop; [#TAKEN]: it has lost the loop in its stretch.
    private long besideSinceNanos = TAKEN;
    private boolean hasBegunBeside;

    /// The first thread of a loop.
    LoopThread(EventLoop first, String name, boolean daemon) {
        super(name, daemon);
        this.first = () -> first;
        loop = first;
    }

    /// A thread without a loop, which waits for one.
    LoopThread(SpareThreads spares) {
        super(SPARE_NAME, false);
        first = () -> spares.awaitTask(this);
    }

    /// Whose code it runs. **Thread**: any.
    StretchState stretch() {
        return stretch;
    }

    /// The loop that it runs, or ran last; null before the first. **Thread**: any.
    @Nullable EventLoop loop() {
        return loop;
    }

    /// Gives this thread, which has nothing to run, something. **Thread**: the one that took this thread from the spare ones.
    void give(Task next) {
        given = next;
        LockSupport.unpark(this);
    }

    @Override
    public void run() {
        for (Task next = first.get(); next != null; next = next.loop().handOff().next(this)) {
            loop = next.loop();
            renewPermit();
            next.runOn(this);
        }
    }

    /// Names the thread after what it runs. Without memory for that, it keeps the old name rather than lose the loop.
    /// **Thread**: its own.
    void rename(String name) {
        try {
            setName(name);
        } catch (OutOfMemoryError e) {
            return;
        }
    }

    /// The coroutine that is about to yield continues on a spare thread. **Thread**: its virtual thread.
    void succeededBy(LoopThread spare) {
        successor = spare;
    }

    /// The thread on which a coroutine that has yielded continues; null: this one. **Thread**: its own, and its virtual thread.
    @Nullable LoopThread takeSuccessor() {
        LoopThread next = successor;
        successor = null;
        return next;
    }

    /// Runs a stretch of a handler's code, beside the loop. **Thread**: its own.
    void runBeside(Runnable continuation) {
        hasBegunBeside = false;
        besideSinceNanos = System.nanoTime();
        try {
            beforeMount();
            continuation.run();
        } finally {
            besideSinceNanos = TAKEN;
        }
    }

    /// The stretch of [#runBeside] begins. **Thread**: its virtual thread.
    void beginsBeside() {
        hasBegunBeside = true;
    }

    /// Whether the stretch of the last [#runBeside] has begun. **Thread**: its own.
    boolean hasBegunBeside() {
        return hasBegunBeside;
    }

    /// Whether the stretch that it runs without having the loop has taken this long. One in which it lost the loop has.
    /// **Thread**: its virtual thread.
    boolean isBesideFor(long nanos) {
        return besideSinceNanos == TAKEN || System.nanoTime() - besideSinceNanos >= nanos;
    }

    /// Takes what was given to it, which it runs next; null: nothing yet.
    @Nullable Task takeGiven() {
        Task next = given;
        if (next != null) {
            // Only then: a task may be given at this moment, and another one follows only after this one was taken.
            given = null;
        }
        return next;
    }

    @Override
    protected boolean mayBlock() {
        EventLoop running = loop;
        return stretch.isTaken() || (running != null && running.handOff().takeFromHandler(this));
    }
}
