package dev.polyserve.linux.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Options;
import dev.polyserve.ServerListener;
import dev.polyserve.ServerStats.RestartReason;
import dev.polyserve.Workers;
import dev.polyserve.conversation.NanoClock;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.linux.multiplexer.EpollMultiplexer;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.run.LoopErrorHandler;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// Signals that ask workers to end, which their supervisor decides about. The workers run a program that never serves
/// and ignores commands.
@Tag("slow")
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class WorkerReplacementTest {
    private static final List<String> NEVER_SERVES = List.of("sleep", "3600");
    private static final long LIMIT_SECONDS = 30;
    /// Longer than a signal takes to have an effect.
    private static final long LATER_NANOS = TimeUnit.MILLISECONDS.toNanos(1300);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final ServerContext context = new ServerContext(Options.defaults(), new ServerListener() {},
            NanoClock.SYSTEM, _ -> {});
    private final OneWorkerPolicy scaling = new OneWorkerPolicy(true);
    private EventLoop loop;
    private WorkerPool workerPool;
    private WorkerReplacement replacement;
    private Worker first;

    @BeforeEach
    void open() throws Exception {
        loop = new EventLoop("test-supervisor", new EpollMultiplexer(), context.clock(), false, false, 0,
                LoopErrorHandler.reportedTo(context.log()));
        Workers workers = Workers.defaults().withProgram(NEVER_SERVES);
        workerPool = new WorkerPool(loop, WorkerProgram.of(workers), workers, scaling, context);
        replacement = new WorkerReplacement(workerPool, loop, workers, scaling, context);
        loop.start(_ -> {});
        first = onLoop(() -> {
            workerPool.begin();
            return workerPool.all().getFirst();
        });
    }

    @AfterEach
    void close() {
        workerPool.stop();
        loop.close();
        loop.awaitEnd();
    }

    private <T> T onLoop(Supplier<T> action) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        loop.post(() -> result.complete(action.get()));
        return result.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    private void signal(Worker worker) {
        loop.post(() -> replacement.endRequested(worker, "TERM"));
    }

    /// Waits until a condition holds, which the loop checks.
    private void await(BooleanSupplier condition) throws Exception {
        CompletableFuture<Boolean> holds = new CompletableFuture<>();
        loop.post(() -> loop.repeat(POLL_NANOS, () -> {
            if (condition.getAsBoolean()) {
                holds.complete(true);
            }
            return holds.isDone() ? -1 : POLL_NANOS;
        }));
        assertThat(holds.get(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    private void awaitLater() throws Exception {
        CompletableFuture<Boolean> later = new CompletableFuture<>();
        loop.post(() -> loop.schedule(LATER_NANOS, () -> later.complete(true)));
        assertThat(later.get(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aWorkerThatStartsIsReplacedOnceItServes() throws Exception {
        signal(first);
        awaitLater();
        assertThat(onLoop(() -> first.state)).isEqualTo(Worker.State.BOOTING);
        assertThat(onLoop(workerPool::all)).containsExactly(first);
        loop.post(() -> first.serves(context.clock().nanos()));
        await(() -> first.retiring && workerPool.all().size() == 2);
        assertThat(workerPool.counters().restarts()).isEqualTo(Map.of(RestartReason.SIGNAL, 1L));
    }

    @Test
    void aWorkerThatStartsIsKilledAtASecondSignal() throws Exception {
        signal(first);
        signal(first);
        await(() -> first.state == Worker.State.GONE);
        assertThat(first.killedBecause).contains("it did not end after a second signal");
        await(() -> workerPool.all().size() == 1);
        assertThat(onLoop(workerPool::all)).doesNotContain(first);
        assertThat(workerPool.counters().restarts()).as("counted once")
                .isEqualTo(Map.of(RestartReason.SIGNAL, 1L));
    }

    @Test
    void aServingWorkerServesUntilAnotherOneDoes() throws Exception {
        loop.post(() -> first.serves(context.clock().nanos()));
        signal(first);
        await(() -> first.retiring && workerPool.all().size() == 2);
        assertThat(onLoop(() -> first.state)).isEqualTo(Worker.State.SERVING);
        loop.post(() -> {
            workerPool.all().getLast().serves(context.clock().nanos());
            replacement.dismissOne();
        });
        await(() -> first.state == Worker.State.LEAVING);
    }

    @Test
    void aWorkerInWhosePlaceNoneIsWantedEnds() throws Exception {
        loop.post(() -> first.serves(context.clock().nanos()));
        loop.post(() -> scaling.asManyAsThereAre = true);
        signal(first);
        await(() -> first.state == Worker.State.LEAVING);
        assertThat(onLoop(workerPool::all)).containsExactly(first);
    }

    @Test
    void signalsHaveNoEffectWhenTheServerDrains() throws Exception {
        loop.post(() -> first.serves(context.clock().nanos()));
        signal(first);
        signal(first);
        // The supervisor's own signal takes effect later than the worker's arrives.
        loop.post(() -> scaling.draining = true);
        awaitLater();
        assertThat(onLoop(() -> first.state)).isEqualTo(Worker.State.SERVING);
        assertThat(onLoop(workerPool::all)).containsExactly(first);
        assertThat(workerPool.counters().restarts()).isEmpty();
    }
}
