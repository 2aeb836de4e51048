package dev.polyserve.loop;

import dev.polyserve.ConnectionInfo;
import dev.polyserve.conversation.BufferPool;
import dev.polyserve.conversation.HeapBuffer;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.NanoClock;
import dev.polyserve.coroutine.queue.RunQueue;
import dev.polyserve.io.Pollable;
import dev.polyserve.stats.LoopLoad;
import dev.polyserve.stats.LoopSnapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One thread that serves many connections: it waits in its multiplexer, dispatches ready sockets, and runs the
/// mailbox, coroutines and timers.
///
/// ```
///   turn:  await ─▶ ready sockets ─▶ mailbox ─▶ coroutines ─▶ timers ─┐
///            ▲                                                        │
///            └──────────── 0 wait while anything is runnable ◀────────┘
/// ```
///
/// *Wake-up*: a posting thread adds to its queue and then reads `asleep`. The loop sets `asleep`, checks the queues
/// again, and then waits. All of these accesses are volatile, so at least one side sees the other. Only the first
/// thread that posts pays for the wake-up.
///
/// While a handler's own code runs, the loop can be handed off to another thread ([LoopHandOff]), which continues the turn
/// after that handler. "The loop's thread" is the one that runs it now.
///
/// **Thread**: its own, except [#post], [#execute], [#close] and the state that the stall monitor reads.
public final class EventLoop implements Executor, AutoCloseable, LoopThread.Task {
    /// The most coroutine continuations that one turn runs before the loop polls the sockets again.
    private static final int COROUTINES_PER_TURN = 256;
    private static final long END_MILLIS = 1_000;
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int SCRATCH_BYTES = 64 << 10;
    /// How long the loop rests after a turn that failed for lack of memory, so that others can release some.
    private static final long MEMORY_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long SHORT_MEMORY_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int WAKE_TRIES = 100;

    private final String name;
    private final Multiplexer multiplexer;
    private final NanoClock clock;
    private final Consumer<Throwable> errors;
    /// What is reported of a failure that there is no memory to describe.
    private final Optional<IOException> undescribed;
    private final LoopHandOff handOff;
    private final TimerWheel timers;
    private final LoopBufferPool pool = new LoopBufferPool(this);
    private final HeapBuffer scratch = new HeapBuffer(SCRATCH_BYTES);
    /// Tasks from other threads.
    private final Queue<Runnable> mailbox = new ConcurrentLinkedQueue<>();
    private final LoopRequests requests = new LoopRequests();
    private final RunQueue continuations = new RunQueue();
    private final LoopCoroutines coroutines;
    private final MessageCoroutines messages;
    private final BusyPoll spin;
    private Consumer<? super IOException> whenLost = _ -> {};
    private volatile boolean asleep;
    private volatile boolean started;
    private volatile boolean stopping;
    private volatile boolean ended;
    private final AtomicLong stalls = new AtomicLong();
    private final EndedLoopExecutor late;
    private final TurnState turn = new TurnState();
    private final CachedLoopClock turnClock;
    /// What the next turn runs first; null: nothing.
    private @Nullable Runnable atNextTurn;
    /// The sleep of the monitor of stalls, which its turns end; null: it has no monitor.
    private @Nullable MonitorSleep stallMonitor;

    /// @param daemon whether the JVM may exit while the loop runs
    /// @param lendsThread whether coroutines run on its thread, which the JDK must allow
    ///         ([dev.polyserve.coroutine.carrier.Carrier#whyNot])
    /// @param spinNanos how long the loop polls without blocking before it blocks
    /// @param errors receives what a task throws; the loop continues
    public EventLoop(String name, Multiplexer multiplexer, NanoClock clock, boolean daemon, boolean lendsThread,
            long spinNanos, Consumer<Throwable> errors) {
        this.spin = new BusyPoll(multiplexer, clock, spinNanos, this::hasWork);
        this.name = name;
        this.multiplexer = multiplexer;
        this.clock = clock;
        this.errors = errors;
        this.undescribed = Optional.of(new IOException("the event loop " + name + " failed while memory was short"));
        this.turnClock = new CachedLoopClock(clock.nanos());
        this.timers = new TimerWheel(turnClock.nowNanos());
        this.coroutines = new LoopCoroutines(this, lendsThread);
        this.messages = new MessageCoroutines(this);
        this.late = new EndedLoopExecutor(name + "-late", this::runLeft);
        this.handOff = new LoopHandOff(this, new LoopThread(this, name, daemon));
    }

    /// Starts the loop's thread.
    ///
    /// @param whenLost receives the cause if the loop ends without [#close]; no source becomes ready on it any more.
    ///         **Thread**: the loop's, at its end
    public void start(Consumer<? super IOException> whenLost) {
        this.whenLost = whenLost;
        started = true;
        thread().start();
    }

    public String name() {
        return name;
    }

    /// The thread that runs the loop now. **Thread**: any.
    public LoopThread thread() {
        return handOff.thread();
    }

    @Override
    public EventLoop loop() {
        return this;
    }

    /// Which thread runs the loop. **Thread**: any.
    LoopHandOff handOff() {
        return handOff;
    }

    /// Has each turn end the sleep of the monitor of stalls. Call it before the loop starts.
    void monitoredBy(MonitorSleep monitor) {
        assertOwner();
        stallMonitor = monitor;
    }

    /// The number of times that another thread has taken over the loop. **Thread**: any.
    public long handOffs() {
        return handOff.count();
    }

    /// The time at the start of this turn.
    public long nowNanos() {
        return turnClock.nowNanos();
    }

    /// How long the loop has run turns, without its waits. **Thread**: any.
    public long busyNanos() {
        return turnClock.load().busyNanos();
    }

    /// What the loop counts, now. **Thread**: any.
    public LoopSnapshot stats() {
        LoopLoad load = turnClock.load();
        return new LoopSnapshot(name, load.lag(), load.busyRatio(turn.startedNanos(), clock.nanos()), stalls.get(),
                handOffs());
    }

    /// Counts a turn that takes too long. **Thread**: the stall monitor's.
    void countStall() {
        stalls.incrementAndGet();
    }

    /// Records that a wait of a connection begins in this turn.
    ///
    /// @return the time at which the wait begins
    long waitBegins(Conversation waiting) {
        assertOwner();
        return turnClock.waitBegins(waiting);
    }

    /// The buffers of the loop's connections.
    BufferPool pool() {
        return pool;
    }

    /// A chunk to read into within one turn.
    HeapBuffer scratch() {
        assertOwner();
        return scratch;
    }

    // --- for other threads ---

    /// Runs a task on the loop, soon. **Thread**: any.
    public void post(Runnable task) {
        mailbox.add(task);
        wakeupIfAsleep();
    }

    /// Has the loop perform a request, soon; it takes no memory. **Thread**: any.
    void ask(AbstractLoopConnection<?> request, int what) {
        requests.add(request, what);
        for (int left = WAKE_TRIES; !wakes(left == 0); left--) {
            pauseForMemory();
        }
    }

    /// Wakes the loop if it waits, which may need memory in code that is not compiled yet.
    ///
    /// @param last whether to throw if it fails
    private boolean wakes(boolean last) {
        try {
            wakeupIfAsleep();
            return true;
        } catch (OutOfMemoryError e) {
            if (last) {
                throw e;
            }
            return false;
        }
    }

    /// Waits for a moment without a park, for which a virtual thread needs memory.
    static void pauseForMemory() {
        long until = System.nanoTime() + SHORT_MEMORY_PAUSE_NANOS;
        while (System.nanoTime() < until) {
            Thread.onSpinWait();
        }
    }

    /// As [#ask], without waking the loop: it performs the request in the next turn. **Thread**: any.
    void askForLater(AbstractLoopConnection<?> request, int what) {
        requests.add(request, what);
    }

    /// Schedules the next continuation of a coroutine: the loop is the scheduler of its virtual threads. **Thread**:
    /// any; it never blocks.
    @Override
    public void execute(Runnable continuation) {
        // Once the loop has ended, the fallback executor runs what the loop's own thread unparks. A thread that may lose
        // the loop at any moment, in a handler's code, counts as foreign.
        if (handOff.isThreadCalling() && !ended) {
            continuations.addOwn(continuation);
        } else {
            continuations.addForeign(continuation);
            wakeupIfAsleep();
        }
    }

    /// The loop's coroutines and their hub.
    public LoopCoroutines coroutines() {
        return coroutines;
    }

    /// The coroutines that handle the messages of its connections.
    MessageCoroutines messages() {
        return messages;
    }

    /// Ends the loop after this turn, or before the first. **Thread**: any.
    @Override
    public void close() {
        stopping = true;
        if (!started) {
            closeMultiplexer();
        } else {
            multiplexer.wakeup();
        }
    }

    /// Waits until the loop has ended, for one second at most. It returns at once on the loop's own thread. **Thread**:
    /// any.
    public void awaitEnd() {
        if (Thread.currentThread().equals(thread()) || !started) {
            return;
        }
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(END_MILLIS);
        try {
            long left;
            while (!ended && (left = until - System.nanoTime()) > 0) {
                // The thread that runs the loop may change meanwhile.
                thread().join(Duration.ofNanos(Math.min(left, LOOK_AGAIN_NANOS)));
            }
            thread().join(Duration.ofNanos(Math.max(0, until - System.nanoTime())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Whether the loop waits for its sockets. **Thread**: any.
    boolean isAsleep() {
        return asleep;
    }

    /// Whether the loop no longer accepts new tasks. **Thread**: any.
    boolean isStopping() {
        return stopping;
    }

    /// Whether the loop's own thread no longer runs anything. **Thread**: any.
    boolean hasEnded() {
        return ended;
    }

    private void wakeupIfAsleep() {
        if (asleep) {
            asleep = false;
            try {
                multiplexer.wakeup();
            } catch (OutOfMemoryError e) {
                asleep = true; // the next one tries again
                throw e;
            }
            return;
        }
        if (ended) {
            late.wake();
        }
    }

    // --- for the loop's own thread ---

    /// Fails, where assertions are on, unless the caller runs on the loop's thread, as one of its coroutines, or as a task of its
    /// hub, for which the loop waits where the JDK lends no thread. Before the loop starts, it belongs to the thread that sets it
    /// up, and once it has ended, to the thread that unwinds what is left. **Thread**: any.
    public void assertOwner() {
        assert isOwner() : refusal();
    }

    private String refusal() {
        return name + " is owned by its own thread, but " + Thread.currentThread() + " called it";
    }

    private boolean isOwner() {
        return handOff.isOwnerCalling() || coroutines.isTaskCalling() || ended || !started;
    }

    /// Whether the caller may touch what belongs to the loop, as long as the loop runs. **Thread**: any.
    boolean isOwnerCalling() {
        return handOff.isOwnerCalling();
    }

    public Multiplexer.Watch watch(Pollable source, int interest, Multiplexer.Ready ready) throws IOException {
        assertOwner();
        return multiplexer.watch(source, interest, ready);
    }

    public void change(Multiplexer.Watch watch, int interest) {
        assertOwner();
        multiplexer.change(watch, interest);
    }

    /// Stops watching a source.
    public void forget(Multiplexer.Watch watch) {
        assertOwner();
        multiplexer.forget(watch);
    }

    /// Runs a task once, after at least `delayNanos`.
    ///
    /// @return the handle for [#cancel]
    public Delayed schedule(long delayNanos, Runnable task) {
        Delayed delayed = prepared(task);
        start(delayed, delayNanos);
        return delayed;
    }

    /// A task that [#start] can schedule again and again without memory.
    public Delayed prepared(Runnable task) {
        return new PeriodicTask(this, () -> {
            task.run();
            return -1;
        });
    }

    /// Schedules a prepared task, once, in place of a time at which it was to run.
    public void start(Delayed prepared, long delayNanos) {
        PeriodicTask task = (PeriodicTask) prepared;
        unset(task);
        set(task, delayNanos);
    }

    /// Cancels a scheduled task. It has no effect once the task has run.
    public void cancel(Delayed delayed) {
        ((PeriodicTask) delayed).cancel();
    }

    /// Runs a task repeatedly, each time after the delay it returns, until that is negative or the task is cancelled.
    public Delayed repeat(long delayNanos, Repeated task) {
        PeriodicTask periodicTimer = new PeriodicTask(this, task);
        set(periodicTimer, delayNanos);
        return periodicTimer;
    }

    /// Checks the time limits of a conversation that it does not serve, and ends it in place of a thread that cannot, until it
    /// is over. The checks begin soon. **Thread**: any, before the conversation begins; it may belong to any thread.
    public void watch(Conversation conversation) {
        new DeadlineOnlyConnection(this).watch(conversation);
    }

    /// Runs a task once, at the beginning of the next turn, in place of one that was to run then. It does not wake the loop.
    public void atNextTurn(Runnable task) {
        assertOwner();
        atNextTurn = task;
    }

    /// How long the time limits of connections are not believed, because the loop was held up; 0 or less: they are.
    public long limitPauseNanos() {
        assertOwner();
        return turnClock.limitPauseNanos(clock.nanos());
    }

    void set(TimerWheel.Timer timer, long delayNanos) {
        assertOwner();
        timers.set(timer, clock.nanos(), delayNanos);
    }

    void unset(TimerWheel.Timer timer) {
        assertOwner();
        timers.cancel(timer);
    }

    /// Reports what a task threw. It never throws: without memory for a report, there is none.
    void report(Throwable error) {
        try {
            errors.accept(error);
        } catch (OutOfMemoryError again) {
            return;
        }
    }

    /// Records what this turn serves, for the stall monitor.
    void serves(@Nullable Object connectionOrCoroutine) {
        assertOwner();
        turn.serves(connectionOrCoroutine);
    }

    // --- for the stall monitor; any thread ---

    /// The start time of the current turn; 0 while the loop waits.
    public long turnStartedNanos() {
        return turn.startedNanos();
    }

    /// The connection that the current turn serves, if known.
    public @Nullable ConnectionInfo servedConnection() {
        return turn.connection();
    }

    /// The stack of the current turn: the coroutine's if one runs, else the thread's.
    public StackTraceElement[] stack() {
        Thread coroutine = turn.coroutine();
        return coroutine == null ? thread().getStackTrace() : coroutine.getStackTrace();
    }

    // --- the loop ---

    /// Runs the loop on the calling thread, from its start or from where another thread has lost it, until the loop ends
    /// or is handed off. **Thread**: the loop's.
    @Override
    public void runOn(LoopThread current) {
        current.rename(name);
        coroutines.runOn(current);
        boolean handedOff = false;
        Optional<IOException> lost = Optional.empty();
        try {
            if (turn.startedNanos() != 0) {
                turnEnds();
                turn.serves(null);
            }
            handedOff = runTurns(current);
        } catch (IOException e) {
            lost = Optional.of(
                    new IOException("the event loop " + name + " cannot wait any more: " + e.getMessage(), e));
        } catch (RuntimeException | Error e) {
            lost = failed(e);
            throw e;
        } finally {
            if (!handedOff) {
                end(lost);
            }
        }
    }

    private Optional<IOException> failed(Throwable why) {
        try {
            return Optional.of(new IOException("the event loop " + name + " failed", why));
        } catch (OutOfMemoryError e) {
            return undescribed;
        }
    }

    /// Runs turns until the loop is closed.
    ///
    /// @return whether the loop was handed off instead: the caller must not touch it any more
    private boolean runTurns(LoopThread current) throws IOException {
        while (!stopping) {
            try {
                if (turn(current)) {
                    return true;
                }
            } catch (RuntimeException | Error e) {
                // A failure of one source must not affect the others. Readiness is reported again.
                report(e);
                if (e instanceof OutOfMemoryError) {
                    LockSupport.parkNanos(this, MEMORY_PAUSE_NANOS);
                }
            }
        }
        runLast();
        return false;
    }

    /// Runs the tasks that were added before the end. What lacks memory is run after it.
    private void runLast() {
        try {
            runMailbox();
        } catch (OutOfMemoryError e) {
            report(e);
        }
    }

    /// Ends the loop. A failure of one step does not skip the next.
    private void end(Optional<IOException> lost) {
        try {
            closeMultiplexer();
        } finally {
            asleep = false;
            ended = true;
            try {
                messages.end();
                wakeupIfAsleep(); // for tasks that were added just before
            } finally {
                // Last, so that the tasks this posts are run.
                lost.ifPresent(whenLost);
            }
        }
    }

    /// Runs the remaining tasks and continuations. **Thread**: that of the [EndedLoopExecutor].
    private void runLeft() {
        while (runnable()) {
            runLast();
            for (Runnable next; (next = nextContinuation()) != null;) {
                guarded(next);
            }
        }
    }

    private void closeMultiplexer() {
        try {
            multiplexer.close();
        } catch (IOException e) {
            report(new UncheckedIOException("the multiplexer of " + name + " was not closed", e));
        }
    }

    /// @return whether the loop was handed off
    private boolean turn(LoopThread current) throws IOException {
        // Only timers that were due before this turn run in it, after one more poll of the sockets. Data that arrived
        // in time is served before a limit expires, even if this thread was suspended meanwhile.
        long dueNanos = turnClock.nowNanos();
        await();
        runMailbox();
        if (runContinuations(current)) {
            return true;
        }
        // Clears an interrupt status that a protocol may have left, for example after an InterruptedException. Nothing
        // interrupts a loop on purpose, and the loop would no longer block with that status set.
        Thread.interrupted();
        turnEnds();
        timers.advance(dueNanos);
        turn.serves(null);
        return false;
    }

    private void turnEnds() {
        turnClock.turnEnds(clock.nanos());
    }

    private void await() throws IOException {
        long atMostNanos = runnable() ? 0 : timers.nextDelayNanos(turnClock.nowNanos());
        turnClock.waits(atMostNanos);
        turn.begins(0);
        if (atMostNanos > 0 && spin.endsWithWork(atMostNanos)) {
            return;
        }
        if (atMostNanos > 0) {
            asleep = true;
            if (runnable() || stopping) {
                atMostNanos = 0;
            }
        }
        multiplexer.await(atMostNanos);
        awake();
    }

    /// From now on a task wakes no loop: the turn looks at the queues after its sockets.
    private void awake() {
        if (asleep) {
            asleep = false;
        }
    }

    private boolean hasWork() {
        return turn.startedNanos() != 0 || runnable() || stopping;
    }

    /// Records the start of this turn. The first callback of a turn calls it; later calls in that turn do nothing.
    public void turnBegins() {
        assertOwner();
        if (turn.startedNanos() == 0) {
            turnClock.turnBegins(clock.nanos());
            turn.begins(turnClock.nowNanos());
            awake();
            if (stallMonitor != null) {
                stallMonitor.end();
            }
            Runnable first = atNextTurn;
            if (first != null) {
                atNextTurn = null;
                guarded(first);
            }
        }
    }

    private boolean runnable() {
        return !continuations.isEmpty() || !mailbox.isEmpty() || !requests.isEmpty() || messages.areDue();
    }

    /// Runs the tasks of other threads, and then their requests: what a request ends is begun then.
    private void runMailbox() {
        turnBegins();
        for (Runnable task; (task = mailbox.poll()) != null;) {
            guarded(task);
        }
        if (!requests.isEmpty()) {
            requests.performAll(this);
        }
    }

    /// Runs up to a fixed number of continuations, including those they make runnable; then the sockets are polled
    /// again.
    ///
    /// @return whether the loop was handed off
    private boolean runContinuations(LoopThread current) {
        Runnable next;
        for (int left = COROUTINES_PER_TURN; left > 0 && (next = nextContinuation()) != null; left--) {
            if (left == COROUTINES_PER_TURN) {
                handOff.handlersRun();
            }
            current.beforeMount();
            guarded(next);
            if (!current.stretch().secure()) {
                return true;
            }
        }
        return false;
    }

    private @Nullable Runnable nextContinuation() {
        messages.dispatch();
        return continuations.poll();
    }

    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            report(e);
        }
    }

    public sealed interface Delayed permits PeriodicTask {}

    /// A task that determines when it runs again.
    @FunctionalInterface
    public interface Repeated {
        /// Runs the task once.
        ///
        /// @return the delay before the next run in nanoseconds; negative: none
        long run();
    }
}
