package dev.polyserve.loop;

import dev.polyserve.ConnectionInfo;
import dev.polyserve.conversation.ServerContext;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Hands off event loops whose thread a handler's code occupies for too long.
///
/// It samples the state of each loop's thread ([StretchState]): two equal samples of a handler's code mean one stretch, so
/// the handlers read no clock. It sleeps while all loops wait, and until one
/// runs a handler ([MonitorSleep]).
///
/// ```
///   samples ──all loops wait, for some samples──▶ sleeps ──a loop runs a handler──▶ samples …
/// ```
///
/// **Thread**: its own, a daemon.
public final class HandOffMonitor implements AutoCloseable {
    /// The number of samples, with all loops waiting, after which it sleeps: waking it costs a loop more than a sample.
    private static final int QUIET_SAMPLES = 5;
    private static final int SAMPLES_PER_LIMIT = 2;
    private static final long LEAST_PERIOD_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
    private static final long MOST_PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final List<EventLoop> loops;
    private final long limitNanos;
    private final ServerContext context;
    private final MonitorFailureLog log;
    private final SpareThreads spares = new SpareThreads();
    /// The last sample of each loop, its thread, and when that stretch was first seen.
    private final long[] sampled;
    private final @Nullable LoopThread[] sampledThreads;
    private final long[] sinceNanos;
    private final Thread thread;
    private final MonitorSleep sleep;
    private volatile boolean closed;

    /// Creates a monitor of these loops, and allows their hand-off. Call it before the loops start.
    ///
    /// @param limitNanos how long a stretch of a handler's code may take
    public HandOffMonitor(List<EventLoop> loops, long limitNanos, ServerContext context) {
        this.loops = List.copyOf(loops);
        this.sleep = new MonitorSleep(this.loops);
        this.limitNanos = limitNanos;
        this.context = context;
        this.log = new MonitorFailureLog(context.log(), "the hand-off monitor failed");
        this.sampled = new long[loops.size()];
        this.sampledThreads = new @Nullable LoopThread[loops.size()];
        this.sinceNanos = new long[loops.size()];
        this.thread = Thread.ofPlatform().name("polyserve-hand-off-monitor").daemon().unstarted(this::run);
        loops.forEach(loop -> loop.handOff().allow(this));
    }

    /// Starts watching.
    public void start() {
        thread.start();
    }

    /// Ends the monitor and the spare threads. The loops have ended. **Thread**: any.
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        spares.close();
    }

    /// How long a stretch of a handler's code may take on a loop's thread. **Thread**: any.
    long limitNanos() {
        return limitNanos;
    }

    /// The threads that take loops over. **Thread**: any.
    SpareThreads spares() {
        return spares;
    }

    /// A loop is about to run handlers' code. **Thread**: the loop's.
    void handlersRun() {
        sleep.end();
    }

    private void run() {
        long periodNanos = Math.clamp(limitNanos / SAMPLES_PER_LIMIT, LEAST_PERIOD_NANOS, MOST_PERIOD_NANOS);
        int quiet = 0;
        while (!closed) {
            quiet = sampleAll() ? 0 : quiet + 1;
            if (quiet > QUIET_SAMPLES) {
                sleep.sleep();
                quiet = 0;
            } else {
                LockSupport.parkNanos(this, periodNanos);
            }
        }
    }

    /// Samples each loop once.
    ///
    /// @return whether any loop runs
    private boolean sampleAll() {
        boolean anyRuns = false;
        for (int i = 0; i < loops.size(); i++) {
            try {
                anyRuns |= sample(i);
            } catch (RuntimeException | Error e) {
                // A failure, for example for lack of memory, does not end the monitor.
                log.failed(e);
            }
        }
        return anyRuns;
    }

    private boolean sample(int index) {
        EventLoop loop = loops.get(index);
        LoopThread running = loop.thread();
        long word = running.stretch().sample();
        if (!StretchState.isHandler(word)) {
            sampledThreads[index] = null;
            return !loop.isAsleep() && !loop.hasEnded();
        }
        long now = System.nanoTime();
        if (word != sampled[index] || !running.equals(sampledThreads[index])) {
            sampled[index] = word;
            sampledThreads[index] = running;
            sinceNanos[index] = now;
        }
        if (now - sinceNanos[index] >= limitNanos) {
            handOff(loop, running, word, now - sinceNanos[index]);
        }
        return true;
    }

    private void handOff(EventLoop loop, LoopThread from, long word, long soFarNanos) {
        ConnectionInfo served = loop.servedConnection();
        if (loop.handOff().take(from, word)) {
            context.log().log(System.Logger.Level.DEBUG, () -> "another thread takes over " + loop.name() + ", because "
                    + (served == null ? "a handler" : "the handler of " + served) + " has run for "
                    + TimeUnit.NANOSECONDS.toMicros(soFarNanos) + " µs", null);
        }
    }
}
