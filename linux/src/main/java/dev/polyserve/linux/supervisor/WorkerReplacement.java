package dev.polyserve.linux.supervisor;

import dev.polyserve.ServerStats.RestartReason;
import dev.polyserve.linux.control.WorkerCommand;
import dev.polyserve.Workers;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.loop.EventLoop;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Replaces workers that have reached a recycling limit, and workers that TERM or INT asks to end. A retiring worker
/// serves until another one serves in its place, or none is wanted there; then it receives the command to end.
///
/// ```
///   SERVING ──recycling limit, signal──▶ retiring ──another one serves──▶ LEAVING ──a second signal──▶ ends now
/// ```
///
/// A service manager or an operator may send a signal to all processes of a server. Then the supervisor drains the
/// server, and the workers' signals have no effect. Because the signals arrive in any order, a worker's signal takes
/// effect only some time later, and only if the server does not end by then.
///
/// **Thread**: the supervisor's loop.
final class WorkerReplacement {
    /// The time in which the supervisor's own signal takes effect, if it has received one.
    private static final long OWN_SIGNAL_NANOS = TimeUnit.SECONDS.toNanos(1);
    /// How long a worker that a signal asks to end waits for a replacement, which may never serve.
    private static final long REPLACEMENT_NANOS = TimeUnit.SECONDS.toNanos(10);
    /// How long a worker may take to end after a second signal.
    private static final long END_NOW_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final WorkerPool workerPool;
    private final EventLoop loop;
    private final Workers limits;
    private final ScalingPolicy scaling;
    private final ServerContext context;

    WorkerReplacement(WorkerPool workerPool, EventLoop loop, Workers limits, ScalingPolicy scaling,
            ServerContext context) {
        this.workerPool = workerPool;
        this.loop = loop;
        this.limits = limits;
        this.scaling = scaling;
        this.context = context;
    }

    // --- retiring workers ---

    /// The retiring workers that may receive the command to end.
    private List<Worker> dismissible() {
        return workerPool.all().stream()
                .filter(worker -> worker.retiring && worker.state == Worker.State.SERVING && scaling.mayLeave(worker))
                .toList();
    }

    /// Dismisses a retiring worker, because another worker has begun to serve.
    void dismissOne() {
        loop.assertOwner();
        dismissible().stream().findFirst().ifPresent(workerPool::dismiss);
    }

    /// Dismisses the retiring workers when no replacement is wanted for them.
    void dismissSurplus() {
        loop.assertOwner();
        if (workerPool.count(Worker.State.BOOTING) == 0 && workerPool.stayingCount() >= scaling.wanted(workerPool)) {
            dismissible().forEach(workerPool::dismiss);
        }
    }

    // --- recycling ---

    /// Lets a serving worker retire when it has reached a limit.
    void recycleIfDue(Worker worker, long now) {
        loop.assertOwner();
        if (isDue(worker, now)) {
            workerPool.countRestart(RestartReason.RECYCLED);
            worker.retiring = true;
        }
    }

    /// True when a worker is due for recycling. One worker is recycled at a time, and each after a different share of
    /// the limits.
    private boolean isDue(Worker worker, long now) {
        if (!scaling.mayLeave(worker) || workerPool.all().stream().anyMatch(other -> other.retiring)) {
            return false;
        }
        double share = 0.8 + 0.4 * ((worker.number * 0.618_034) % 1);
        boolean byConnections = limits.recycleConnections() > 0
                && worker.connections() >= share * limits.recycleConnections();
        boolean byAge = !limits.recycleAge().isZero()
                && now - worker.startedNanos > share * ServerContext.nanos(limits.recycleAge());
        return byConnections || byAge;
    }

    // --- signals ---

    /// Handles a signal that asks a worker to end: the first one replaces it, as soon as it serves; the second one ends it
    /// now.
    ///
    /// @param signal the signal's name without `SIG`
    void endRequested(Worker worker, String signal) {
        loop.assertOwner();
        loop.schedule(OWN_SIGNAL_NANOS, () -> {
            if (hasNoEffectOn(worker)) {
                return;
            }
            worker.endSignals++;
            if (worker.endSignals == 1) {
                replace(worker, signal);
            } else {
                endNow(worker, signal);
            }
        });
    }

    /// True when a signal has no effect on the worker: the server ends, or the worker has ended.
    private boolean hasNoEffectOn(Worker worker) {
        return workerPool.isEnding() || worker.state == Worker.State.GONE;
    }

    private void replace(Worker worker, String signal) {
        switch (worker.state) {
            case BOOTING ->
                // The server may be starting, too: it keeps its own signals until it serves.
                loop.schedule(OWN_SIGNAL_NANOS, () -> {
                    if (!hasNoEffectOn(worker) && worker.endSignals == 1) {
                        replace(worker, signal);
                    }
                });
            case SERVING -> {
                context.log().warn(worker + " has received " + signal + " and is replaced: " + timeLeft(worker), null);
                if (!worker.retiring) { // else it is replaced already
                    workerPool.countRestart(RestartReason.SIGNAL);
                }
                retire(worker);
            }
            case LEAVING -> context.log()
                    .warn(worker + " has received " + signal + " and ends already: " + timeLeft(worker), null);
            case GONE -> throw new IllegalStateException(worker + " has ended");
        }
    }

    private void retire(Worker worker) {
        worker.retiring = true;
        List.copyOf(worker.served.values()).forEach(Worker.Assignment::drains);
        loop.schedule(REPLACEMENT_NANOS, () -> {
            if (dismissible().contains(worker)) {
                workerPool.dismiss(worker);
            }
        });
        workerPool.scale();
        dismissSurplus();
    }

    private String timeLeft(Worker worker) {
        return worker.isIdle()
                ? "it has no connection"
                : worker.served.size() + " connections have up to " + context.options().timeouts().drain().toMillis()
                        + " ms to finish (a second signal ends them now)";
    }

    private void endNow(Worker worker, String signal) {
        context.log().warn(worker + " has received " + signal + " again and ends now: " + worker.served.size()
                + " connections are cut off", null);
        if (worker.state == Worker.State.BOOTING) {
            workerPool.countRestart(RestartReason.SIGNAL);
        }
        worker.leaves(new WorkerCommand.Drain(0));
        loop.schedule(END_NOW_NANOS,
                () -> workerPool.killIf(worker, () -> true, "it did not end after a second signal"));
        workerPool.scale();
    }
}
