package dev.polyserve.loop;

import dev.polyserve.ConnectionInfo;
import dev.polyserve.conversation.BufferPool;
import dev.polyserve.conversation.Chunk;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.NanoClock;
import dev.polyserve.coroutine.carrier.CarrierThread;
import dev.polyserve.io.Source;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One thread that serves many: it waits in its multiplexer, calls who is ready, runs coroutines, timers and the mailbox.
///
/// ```
///   turn:  await ─▶ ready sockets ─▶ mailbox ─▶ coroutines ─▶ timers ─┐
///            ▲                                                        │
///            └──────────── 0 wait while anything is runnable ◀────────┘
/// ```
///
/// *Wake-up*: a poster adds to its queue and then looks at `asleep`; the loop sets `asleep`, then looks at the queues again,
/// then waits. Both are volatile, so one of the two always sees the other, and the first poster alone pays for waking.
///
/// **Thread**: its own, except [#post], [#execute], [#close] and what the stall monitor reads.
public final class EventLoop implements Executor, AutoCloseable {
    /// Coroutines that run in one turn before the sockets are looked at again.
    private static final int COROUTINES_PER_TURN = 256;
    private static final long END_MILLIS = 1_000;
    private static final int SCRATCH_BYTES = 64 << 10;

    private final String name;
    private final Multiplexer multiplexer;
    private final NanoClock clock;
    private final Consumer<Throwable> errors;
    private final CarrierThread thread;
    private final TimerWheel timers;
    private final LoopBufferPool pool = new LoopBufferPool();
    private final Chunk scratch = new Chunk(SCRATCH_BYTES);
    /// From other threads.
    private final Queue<Runnable> mailbox = new ConcurrentLinkedQueue<>();
    private final RunQueue continuations = new RunQueue();
    private final CoroutineScheduler coroutines;
    private final BusyPoll spin;
    private Consumer<? super IOException> whenLost = _ -> {};
    private volatile boolean asleep;
    private volatile boolean stopping;
    private volatile boolean ended;
    private final FallbackExecutor late;
    private final TurnState turn = new TurnState();
    private final TurnClock turnClock;

    /// @param daemon whether the program may end while it runs
    /// @param lendsThread whether coroutines run on its thread, which the JDK must allow ([dev.polyserve.coroutine.carrier.Carrier#whyNot])
    /// @param spinNanos how long it asks again and again before it waits
    /// @param errors hears what a task threw; the loop goes on
    public EventLoop(String name, Multiplexer multiplexer, NanoClock clock, boolean daemon, boolean lendsThread,
            long spinNanos, Consumer<Throwable> errors) {
        this.spin = new BusyPoll(multiplexer, clock, spinNanos, this::hasWork);
        this.name = name;
        this.multiplexer = multiplexer;
        this.clock = clock;
        this.errors = errors;
        this.turnClock = new TurnClock(clock.nanos());
        this.timers = new TimerWheel(turnClock.nowNanos());
        this.coroutines = new CoroutineScheduler(this, lendsThread);
        this.late = new FallbackExecutor(name + "-late", this::runLeft);
        this.thread = new CarrierThread(name, daemon, this::run);
    }

    /// Starts its thread.
    ///
    /// @param whenLost hears why the loop has ended, if it did though nobody closed it: nothing is ready on it any more.
    ///         **Thread**: the ending one's
    public void start(Consumer<? super IOException> whenLost) {
        this.whenLost = whenLost;
        thread.start();
    }

    /// Its name, also its thread's.
    public String name() {
        return name;
    }

    /// Its thread.
    public CarrierThread thread() {
        return thread;
    }

    /// The time at the start of this turn.
    public long nowNanos() {
        return turnClock.nowNanos();
    }

    /// How long it was not waiting. **Thread**: any, once it has ended.
    public long busyNanos() {
        return turnClock.busyNanos();
    }

    /// A wait of a connection begins in this turn.
    ///
    /// @return when
    long waitBegins(Conversation waiting) {
        assertOwner();
        return turnClock.waitBegins(waiting);
    }

    /// The buffers of its connections.
    BufferPool pool() {
        return pool;
    }

    /// A chunk to read into within one turn.
    Chunk scratch() {
        return scratch;
    }

    // --- what others may do ---

    /// Runs a task on the loop, soon. **Thread**: any.
    public void post(Runnable task) {
        mailbox.add(task);
        wakeupIfAsleep();
    }

    /// Runs a coroutine's next stretch: the scheduler of the loop's virtual threads. **Thread**: any; it never blocks.
    @Override
    public void execute(Runnable continuation) {
        // What its thread unparks when the loop has ended is run by another one.
        if (Thread.currentThread().equals(thread) && !ended) {
            continuations.addOwn(continuation);
        } else {
            continuations.addForeign(continuation);
            wakeupIfAsleep();
        }
    }

    /// Its coroutines, and their hub.
    public CoroutineScheduler coroutines() {
        return coroutines;
    }

    /// Ends the loop after this turn, or before the first. **Thread**: any.
    @Override
    public void close() {
        stopping = true;
        if (thread.getState() == Thread.State.NEW) {
            closeMultiplexer();
        } else {
            multiplexer.wakeup();
        }
    }

    /// Waits until the loop has ended, a second at most; the loop itself does not wait. **Thread**: any.
    public void awaitEnd() {
        if (Thread.currentThread().equals(thread)) {
            return;
        }
        try {
            thread.join(END_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Whether it takes nothing new. **Thread**: any.
    boolean isStopping() {
        return stopping;
    }

    /// Whether it runs nothing more by itself. **Thread**: any.
    boolean hasEnded() {
        return ended;
    }

    private void wakeupIfAsleep() {
        if (asleep) {
            asleep = false;
            multiplexer.wakeup();
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
        assert isOwner() : name + " is owned by its own thread, but " + Thread.currentThread() + " called it";
    }

    private boolean isOwner() {
        return thread.runsCaller() || coroutines.runOn(Thread.currentThread()) || ended
                || thread.getState() == Thread.State.NEW;
    }

    /// Watches a source.
    public Multiplexer.Watch watch(Source source, int interest, Multiplexer.Ready ready) throws IOException {
        assertOwner();
        return multiplexer.watch(source, interest, ready);
    }

    /// Changes the interest in a source.
    public void change(Multiplexer.Watch watch, int interest) {
        assertOwner();
        multiplexer.change(watch, interest);
    }

    /// Ends watching.
    public void forget(Multiplexer.Watch watch) {
        assertOwner();
        multiplexer.forget(watch);
    }

    /// Runs a task once, no sooner than in `delayNanos`.
    ///
    /// @return what [#cancel] takes
    public Delayed schedule(long delayNanos, Runnable task) {
        return repeat(delayNanos, () -> {
            task.run();
            return -1;
        });
    }

    /// Cancels a scheduled task; harmless when it has run.
    public void cancel(Delayed delayed) {
        ((PeriodicTask) delayed).cancel();
    }

    /// Runs a task again and again, each time after the delay it returns, until that is negative or it is cancelled.
    public Delayed repeat(long delayNanos, Repeated task) {
        PeriodicTask periodicTimer = new PeriodicTask(this, task);
        set(periodicTimer, delayNanos);
        return periodicTimer;
    }

    /// Keeps asking a conversation for its time limits until it is over. **Thread**: the loop's; the conversation may belong
    /// to any.
    public void watch(Conversation conversation) {
        assertOwner();
        LimitTimer watching = new LimitTimer(this, conversation);
        watching.runSoon();
        conversation.watchedBy(watching);
    }

    void set(TimerWheel.Timer timer, long delayNanos) {
        assertOwner();
        timers.set(timer, clock.nanos(), delayNanos);
    }

    void unset(TimerWheel.Timer timer) {
        assertOwner();
        timers.cancel(timer);
    }

    /// Reports what a task threw.
    void report(Throwable error) {
        errors.accept(error);
    }

    /// Runs a task at the next turn, whenever that is: nobody waits for it. **Thread**: any.
    void postForLater(Runnable task) {
        mailbox.add(task);
    }

    /// Notes whom this turn serves, for the stall monitor.
    void serves(@Nullable Object connectionOrCoroutine) {
        turn.serves(connectionOrCoroutine);
    }

    // --- for the stall monitor; any thread ---

    /// When the present turn began; 0 while the loop waits.
    public long turnStartedNanos() {
        return turn.startedNanos();
    }

    /// Whom the present turn serves, if that is known.
    public @Nullable ConnectionInfo servedConnection() {
        return turn.connection();
    }

    /// What the present turn is doing: the coroutine's stack where one runs, else the thread's.
    public StackTraceElement[] stack() {
        Thread coroutine = turn.coroutine();
        return coroutine == null ? thread.getStackTrace() : coroutine.getStackTrace();
    }

    // --- the loop ---

    private void run() {
        Optional<IOException> lost = Optional.empty();
        try {
            while (!stopping) {
                try {
                    turn();
                } catch (RuntimeException | Error e) {
                    // One source's fault, which must not be that of all the others; readiness is told again.
                    errors.accept(e);
                }
            }
            runMailbox();
        } catch (IOException e) {
            lost = Optional.of(
                    new IOException("the event loop " + name + " cannot wait any more: " + e.getMessage(), e));
        } finally {
            end(lost);
        }
    }

    /// Whatever of it fails, the rest is done.
    private void end(Optional<IOException> lost) {
        try {
            closeMultiplexer();
        } finally {
            asleep = false;
            ended = true;
            try {
                wakeupIfAsleep(); // for what was added just before
            } finally {
                // Last, when what is posted because of it is run.
                lost.ifPresent(whenLost);
            }
        }
    }

    /// What a turn would run. **Thread**: the late one.
    private void runLeft() {
        while (runnable()) {
            runMailbox();
            runContinuations();
        }
    }

    private void closeMultiplexer() {
        try {
            multiplexer.close();
        } catch (IOException e) {
            errors.accept(new UncheckedIOException("the multiplexer of " + name + " was not closed", e));
        }
    }

    private void turn() throws IOException {
        // What is due by now runs after one more look at the sockets: what has come in time is served before a limit is believed, though
        // this thread was stopped meanwhile.
        long dueNanos = turnClock.nowNanos();
        await();
        runMailbox();
        runContinuations();
        // A protocol may have set it, as one does who is interrupted; nobody interrupts a loop, and it would not wait any more.
        Thread.interrupted();
        turnClock.turnEnds(clock.nanos());
        timers.advance(dueNanos);
        turn.serves(null);
    }

    private void await() throws IOException {
        long atMostNanos = runnable() ? 0 : timers.nextDelayNanos(turnClock.nowNanos());
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
        asleep = false;
    }

    private boolean hasWork() {
        return turn.startedNanos() != 0 || runnable() || stopping;
    }

    /// Notes when this turn began; the first that is called in a turn calls it.
    public void turnBegins() {
        if (turn.startedNanos() == 0) {
            turnClock.turnBegins(clock.nanos());
            turn.begins(turnClock.nowNanos());
        }
    }

    private boolean runnable() {
        return !continuations.isEmpty() || !mailbox.isEmpty();
    }

    private void runMailbox() {
        turnBegins();
        for (Runnable task; (task = mailbox.poll()) != null;) {
            guarded(task);
        }
    }

    /// Runs what is runnable now, not what it makes runnable meanwhile beyond the budget: sockets come first again.
    private void runContinuations() {
        Runnable next;
        for (int left = COROUTINES_PER_TURN; left > 0 && (next = continuations.poll()) != null; left--) {
            thread.beforeMount();
            guarded(next);
        }
    }

    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            errors.accept(e);
        }
    }

    /// A scheduled task.
    public sealed interface Delayed permits PeriodicTask {}

    /// A task that says when it wants to run again.
    @FunctionalInterface
    public interface Repeated {
        /// Runs.
        ///
        /// @return after how many nanoseconds to run again; negative: never
        long run();
    }
}
