package dev.polyserve.loop;

import dev.polyserve.conversation.BufferPool;
import dev.polyserve.conversation.ConnectionBufferPool;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.HandlerBorder;
import dev.polyserve.conversation.HandlerHost;
import dev.polyserve.conversation.HeapBuffer;
import dev.polyserve.conversation.NanoClock;
import dev.polyserve.coroutine.carrier.CarrierThread;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// The coroutine of a handler, or of handlers of messages, on an event loop: it knows whether the handler's own code or the library's runs, so that the
/// loop can be handed off during the former ([LoopHandOff]).
///
/// ```
///   in the library ──leaveLibrary──▶ in the handler ──enterLibrary──▶ in the library
///         ▲                                │ the loop was taken: Thread.yield() returns through the run queue
///         └──── at the next crossing ── beside the loop ◀── pinned: cannot leave its platform thread
/// ```
///
/// A handler whose stretches were long is expected to compute again: it begins the next one on a spare thread, so that the
/// loop does not lose its thread.
///
/// Where the JDK lends the loop's thread, this object is the scheduler of its virtual thread: it marks the loop's thread
/// before each mount. Virtual threads that the handler starts inherit it, and are always in the handler's code.
///
/// To save objects, it is also the [BufferPool] of its connections: it lends the loop's buffers.
///
/// **Thread**: the coroutine's, except as noted.
final class HandlerCoroutine
        implements
            HandlerBorder,
            HandlerHost,
            BufferPool,
            Executor,
            Runnable,
            LoopThread.Task {
    /// How many stretches are expected to be long after a long one. A request may have short ones beside it.
    private static final int AFTER_A_LONG_ONE = 3;
    private static final int MOST_EXPECTED = 4 * AFTER_A_LONG_ONE;
    private static final VarHandle MOVE;
    private static final byte STAYS = 0;
    private static final byte GIVEN = 1;
    private static final byte MOUNTING = 2;

    static {
        try {
            MOVE = MethodHandles.lookup().findVarHandle(HandlerCoroutine.class, "move", byte.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final EventLoop loop;
    /// What it serves, for the stall monitor.
    private final Object served;
    private volatile @Nullable Thread thread;
    /// The continuation of its thread; it never changes.
    private @Nullable Runnable continuation;
    /// Read by the loop's thread before a mount. It may be stale only when the JDK has submitted a continuation twice, for a
    /// stack trace: another thread then still runs the coroutine, or has just left it.
    private boolean inHandler;
    /// Whether it runs the library's code on a platform thread that has lost the loop.
    private boolean beside;
    /// How many of the next stretches are expected to be long.
    private byte expectedLong;
    /// Which thread may mount it while it moves to a spare one: the JDK may have submitted it to the loop a second time.
    ///
    /// ```
    ///   STAYS ──given to the spare thread──▶ GIVEN ──claimed by it──▶ MOUNTING ──begins there, or cannot──▶ STAYS
    ///     ▲                                    │                         └─ the loop waits with a second submission
    ///     └──the loop mounts it, for a second submission
    /// ```
    private volatile byte move;

    HandlerCoroutine(EventLoop loop, Object served) {
        this.loop = loop;
        this.served = served;
    }

    /// The border of its handler: none where the loop is not handed off.
    HandlerBorder border() {
        return loop.handOff().isAllowed() ? this : HandlerBorder.NONE;
    }

    /// Creates and starts its thread. **Thread**: the loop's.
    void start(String name, Runnable body) {
        Thread created = loop.coroutines().unstarted(name, this, body);
        thread = created;
        created.start();
    }

    /// Its thread; null before the start. **Thread**: any.
    @Nullable Thread thread() {
        return thread;
    }

    @Override
    public boolean isOnLoop() {
        return isOnLoop(Thread.currentThread());
    }

    /// Whether the thread is its own, and has the loop for itself while in the library. **Thread**: any, about itself.
    boolean isOnLoop(Thread calling) {
        return calling.equals(thread) && !beside;
    }

    @Override
    public void leaveLibrary() {
        inHandler = true;
        if (!beside && CarrierThread.ofCaller() instanceof LoopThread carrier) {
            if (expectedLong == 0 || !movesToSpare(carrier)) {
                carrier.stretch().leaveLibrary();
            }
        }
    }

    /// Begins a stretch on a spare thread.
    ///
    /// @return false if there is none, or the caller cannot leave its thread
    private boolean movesToSpare(LoopThread carrier) {
        LoopThread spare = loop.handOff().takeSpare();
        if (spare == null) {
            return false;
        }
        carrier.succeededBy(spare);
        try {
            yieldOnce();
        } catch (OutOfMemoryError e) {
            // It stays on its thread, as one that is pinned.
        }
        if (spare.equals(CarrierThread.ofCaller())) {
            spare.beginsBeside();
            move = STAYS;
            return true;
        }
        // A thread of the loop, by a second submission, or still its thread.
        LoopThread unused = carrier.equals(CarrierThread.ofCaller()) ? carrier.takeSuccessor() : null;
        if (unused != null) {
            loop.handOff().giveBack(unused);
        }
        return unused == null;
    }

    /// The stretches that are expected to be long, for another coroutine that continues with the same handler.
    byte expectedLong() {
        return expectedLong;
    }

    /// What [#expectedLong] was for the handler that runs next.
    void expectedLong(byte known) {
        expectedLong = known;
    }

    @Override
    public boolean enterLibrary() {
        if (!Thread.currentThread().equals(thread) || !inHandler) {
            return false;
        }
        inHandler = false;
        beside = false;
        if (CarrierThread.ofCaller() instanceof LoopThread carrier && !carrier.stretch().secure()) {
            learns(carrier.isBesideFor(loop.handOff().limitNanos()));
            returnToLoop(carrier);
        } else if (expectedLong != 0) {
            learns(false);
        }
        return true;
    }

    private void learns(boolean wasLong) {
        expectedLong = (byte) (wasLong
                ? Math.min(MOST_EXPECTED, expectedLong + AFTER_A_LONG_ONE)
                : Math.max(0, expectedLong - 1));
    }

    /// Moves from a thread that has lost the loop to the one that has it. That one may have marked the handler's code
    /// before the mount, from a stale value, so it is secured here.
    private void returnToLoop(LoopThread lost) {
        LoopThread left = lost;
        while (true) {
            yieldToLoop();
            if (!(CarrierThread.ofCaller() instanceof LoopThread carrier) || carrier.stretch().secure()) {
                return;
            }
            if (carrier.equals(left)) {
                beside = true; // pinned
                return;
            }
            left = carrier;
        }
    }

    /// Without memory to leave its thread, it tries until there is some: the library's code runs on the loop only, also
    /// that which ends the connection. It holds up nothing: its thread has lost the loop. It does not park, because the JDK
    /// loses a virtual thread that lacks the memory for its time limit.
    private static void yieldToLoop() {
        while (true) {
            try {
                yieldOnce();
                return;
            } catch (OutOfMemoryError e) {
                EventLoop.pauseForMemory();
            }
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // exact: the loop is the scheduler
    private static void yieldOnce() {
        Thread.yield();
    }

    @Override
    public boolean mayBlock() {
        if (!beside) {
            beside = CarrierThread.ofCaller() instanceof LoopThread carrier && loop.handOff().giveAway(carrier);
        }
        return beside;
    }

    // --- what belongs to the loop, for the coroutine only: another thread to which the handler passes its connection must
    // not touch it ---

    /// Whether the thread may use what belongs to the loop: it is the coroutine's or the loop's own. **Thread**: any, about
    /// itself.
    boolean mayUseLoop(Thread calling) {
        return loop.coroutines().lendThread() && (isOnLoop(calling) || calling.equals(loop.thread()));
    }

    private boolean mayUseLoop() {
        return mayUseLoop(Thread.currentThread());
    }

    /// The pool of its connections. **Thread**: any.
    BufferPool pool() {
        return loop.coroutines().lendThread() ? this : BufferPool.UNPOOLED;
    }

    /// The buffers that the loop keeps for connections that are not idle. **Thread**: any.
    ConnectionBufferPool buffers() {
        return mayUseLoop() ? loop.messages().buffers() : ConnectionBufferPool.KEEPS_NONE;
    }

    /// The begin time of a wait that begins now: that of the loop's turn. **Thread**: any.
    long waitBeginsNanos(Conversation waiting, NanoClock clock) {
        return mayUseLoop() ? loop.waitBegins(waiting) : clock.nanos();
    }

    @Override
    public HeapBuffer take(int atLeastBytes) {
        boolean entered = enterLibrary();
        try {
            return mayUseLoop() ? loop.pool().take(atLeastBytes) : new HeapBuffer(atLeastBytes);
        } finally {
            leaveIf(entered);
        }
    }

    @Override
    public void give(HeapBuffer chunk) {
        boolean entered = enterLibrary();
        try {
            if (mayUseLoop()) {
                loop.pool().give(chunk);
            }
        } finally {
            leaveIf(entered);
        }
    }

    @Override
    public boolean reclaims() {
        return true;
    }

    // --- the scheduler of its virtual thread ---

    /// Submits a continuation to the loop; called by the JDK. **Thread**: any.
    @Override
    public void execute(Runnable next) {
        if (continuation == null) {
            continuation = next; // the first call is by start(), before any other thread can wake it
        }
        if (!next.equals(continuation)) {
            loop.execute(new HandlersOwnThread(loop, next));
            return;
        }
        LoopThread spare = Thread.currentThread() instanceof LoopThread carrier ? carrier.takeSuccessor() : null;
        if (spare == null) {
            loop.execute(this);
        } else {
            move = GIVEN;
            loop.handOff().begins(this, spare);
        }
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    @Override
    public Object home() {
        return loop;
    }

    @Override
    public void runOn(LoopThread spare) {
        spare.stretch().giveAway();
        Runnable next = continuation;
        if (next == null || !MOVE.compareAndSet(this, GIVEN, MOUNTING)) {
            return;
        }
        try {
            spare.runBeside(next);
        } catch (RuntimeException | Error e) {
            loop.report(e);
        } finally {
            if (!spare.hasBegunBeside()) {
                move = STAYS; // suspended for a stack trace, after which the JDK submits it again
            }
        }
    }

    /// Runs the coroutine until its next wait. **Thread**: the loop's, or the one that unwinds what is left of it.
    @Override
    public void run() {
        Runnable next = continuation;
        if (next == null) {
            return;
        }
        if (move != STAYS && !MOVE.compareAndSet(this, GIVEN, STAYS) && move == MOUNTING) {
            loop.execute(this);
            return;
        }
        if (loop.handOff().isThreadCalling()) {
            loop.serves(served);
            if (inHandler) {
                loop.thread().stretch().leaveLibrary();
            }
        }
        next.run();
    }

    /// A continuation of a virtual thread that a handler has started.
    ///
    /// @param loop the handler's
    private record HandlersOwnThread(EventLoop loop, Runnable continuation) implements Runnable {
        @Override
        public void run() {
            if (loop.handOff().isThreadCalling()) {
                loop.thread().stretch().leaveLibrary();
            }
            continuation.run();
        }
    }
}
