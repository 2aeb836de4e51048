package dev.polyserve.linux.supervisor;

import dev.polyserve.conversation.NanoClock;
import dev.polyserve.linux.control.WorkerCommand;
import dev.polyserve.loop.EventLoop;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Requests the current statistics of workers with open connections or with upstreams, whose state changes by itself, when a
/// caller wants them: a worker whose accept loop waits reports seldom by itself, so that an idle server sleeps.
///
/// ```
///   refresh: a round ──ReportFigures──▶ workers ──Heartbeat, or their ends──▶ answered
///      └── a round that is fresh is shared ──┘
/// ```
///
/// A worker that has not answered is not asked again, and no later round waits for it.
///
/// **Thread**: the supervisor's loop, except [#refresh].
final class WorkerStatsRequester {
    private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    /// How long a caller waits for the answers of the workers.
    private static final long MOST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final EventLoop loop;
    private final Supplier<List<Worker>> workers;
    private final NanoClock clock;
    private final AtomicReference<Round> latest;
    /// The workers that were asked and have not answered.
    private final Set<Worker> asked = new HashSet<>();
    /// Those of them that the current round waits for.
    private final Set<Worker> awaited = new HashSet<>();
    private Round current;

    /// @param workers the present workers
    WorkerStatsRequester(EventLoop loop, Supplier<List<Worker>> workers, NanoClock clock) {
        this.loop = loop;
        this.workers = workers;
        this.clock = clock;
        this.current = new Round(clock.nanos() - FRESH_NANOS, CompletableFuture.completedFuture(null));
        this.latest = new AtomicReference<>(current);
    }

    private record Round(long beganNanos, CompletableFuture<@Nullable Void> answered) {}

    /// Asks the workers, unless they were asked just now, and waits for their answers for a moment at most. On the loop's own
    /// thread, which receives the answers, it does nothing. **Thread**: any.
    void refresh() {
        if (Thread.currentThread().equals(loop.thread())) {
            return;
        }
        long now = clock.nanos();
        Round round = latest.get();
        if (now - round.beganNanos >= FRESH_NANOS) {
            Round next = new Round(now, new CompletableFuture<>());
            if (latest.compareAndSet(round, next)) {
                loop.post(() -> ask(next));
            }
            round = latest.get();
        }
        long left = MOST_WAIT_NANOS - (now - round.beganNanos);
        if (left > 0) {
            round.answered.copy().completeOnTimeout(null, left, TimeUnit.NANOSECONDS).join();
        }
    }

    private void ask(Round round) {
        loop.assertOwner();
        current = round;
        awaited.clear();
        for (Worker worker : workers.get()) {
            if ((!worker.isIdle() || worker.hasUpstreams()) && asked.add(worker)) {
                awaited.add(worker);
                worker.command(new WorkerCommand.ReportFigures());
            }
        }
        completeIfAnswered();
    }

    /// Called when a worker has reported its figures, or has ended.
    void reported(Worker worker) {
        loop.assertOwner();
        if (asked.remove(worker) && awaited.remove(worker)) {
            completeIfAnswered();
        }
    }

    private void completeIfAnswered() {
        if (awaited.isEmpty()) {
            current.answered.complete(null);
        }
    }
}
