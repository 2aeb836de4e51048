package dev.polyserve.loop;

import dev.polyserve.coroutine.carrier.CarrierThread;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A platform thread that runs an event loop until the loop ends or is handed off, and afterwards perhaps another one.
///
/// ```
///   runs its loop ──handed off──▶ ends the handler's stretch ──▶ spare ──given a loop──▶ runs it …
///        └──the loop ends──▶ over                                  └──not needed──▶ over
/// ```
///
/// **Thread**: its own, except as noted.
public final class LoopThread extends CarrierThread {
    /// The name of a thread without a loop.
    static final String SPARE_NAME = "polyserve-spare";

    private final StretchState stretch = new StretchState();
    /// Waits for the loop to run first; null: none comes.
    private final Supplier<@Nullable EventLoop> firstLoop;
    /// The loop that it is to run next; null: none yet.
    private volatile @Nullable EventLoop given;
    /// The loop that it runs, or ran last.
    private volatile @Nullable EventLoop loop;

    /// The first thread of a loop.
    LoopThread(EventLoop first, String name, boolean daemon) {
        super(name, daemon);
        firstLoop = () -> first;
        loop = first;
    }

    /// A thread without a loop, which waits for one.
    LoopThread(SpareThreads spares) {
        super(SPARE_NAME, false);
        firstLoop = () -> spares.awaitLoop(this);
    }

    /// Whose code it runs. **Thread**: any.
    StretchState stretch() {
        return stretch;
    }

    /// The loop that it runs, or ran last; null before the first. **Thread**: any.
    @Nullable EventLoop loop() {
        return loop;
    }

    /// Gives a loop to this thread, which has none. **Thread**: the one that took the loop from its last thread.
    void give(EventLoop next) {
        given = next;
        LockSupport.unpark(this);
    }

    @Override
    public void run() {
        for (EventLoop next = firstLoop.get(); next != null; next = next.handOff().next(this)) {
            loop = next;
            rename(next.name());
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

    /// Takes the loop given to it, which it runs next; null: none yet.
    @Nullable EventLoop takeGiven() {
        EventLoop next = given;
        if (next != null) {
            // Only then: a loop may be given at this moment, and another one follows only after this one was taken.
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
