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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// A worker that is replaced is counted with the reason. The workers run a program that ignores commands.
@Tag("slow")
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class WorkerRestartReasonTest {
    private static final long LIMIT_SECONDS = 30;
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final Workers SLEEPERS = Workers.defaults().withProgram(List.of("sleep", "3600"));

    private final ServerContext context = new ServerContext(Options.defaults(), new ServerListener() {},
            NanoClock.SYSTEM, _ -> {});

    @Test
    void anExitBeforeItServes() throws Exception {
        assertThat(firstReason(SLEEPERS.withProgram(List.of("false")), _ -> {})).isEqualTo(RestartReason.START);
    }

    @Test
    void aStartThatTakesTooLong() throws Exception {
        assertThat(firstReason(SLEEPERS.withBoot(Duration.ofMillis(1)), _ -> {})).isEqualTo(RestartReason.START);
    }

    @Test
    void aCrash() throws Exception {
        assertThat(firstReason(SLEEPERS, worker -> {
            worker.serves(context.clock().nanos());
            assertThat(ProcessHandle.of(worker.pid()).orElseThrow().destroyForcibly()).isTrue();
        })).isEqualTo(RestartReason.CRASH);
    }

    @Test
    void aStuckAcceptLoop() throws Exception {
        assertThat(firstReason(SLEEPERS.withSilence(Duration.ofSeconds(2)),
                worker -> worker.serves(context.clock().nanos()))).isEqualTo(RestartReason.SILENCE);
    }

    @Test
    void aWorkerThatDoesNotDoWhatItIsTold() throws Exception {
        assertThat(firstReason(SLEEPERS, worker -> {
            worker.serves(context.clock().nanos());
            kill(worker);
        })).isEqualTo(RestartReason.UNRESPONSIVE);
    }

    @Test
    void anAge() throws Exception {
        assertThat(firstReason(SLEEPERS.withRecycleAge(Duration.ofMillis(1)),
                worker -> worker.serves(context.clock().nanos()))).isEqualTo(RestartReason.RECYCLED);
    }

    private static void kill(Worker worker) {
        try {
            worker.kill("it did not answer");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The reason of the first restart.
    ///
    /// @param happens what happens to the first worker, on the supervisor's loop
    private RestartReason firstReason(Workers workers, Consumer<Worker> happens) throws Exception {
        EventLoop loop = new EventLoop("test-supervisor", new EpollMultiplexer(), context.clock(), false, false, 0,
                LoopErrorHandler.reportedTo(context.log()));
        WorkerPool workerPool = new WorkerPool(loop, WorkerProgram.of(workers), workers, new OneWorkerPolicy(true),
                context);
        loop.start(_ -> {});
        try {
            CompletableFuture<Boolean> began = new CompletableFuture<>();
            loop.post(() -> {
                workerPool.begin();
                happens.accept(workerPool.all().getFirst());
                began.complete(true);
            });
            assertThat(began.get(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
            while (workerPool.counters().restarts().isEmpty()) {
                LockSupport.parkNanos(POLL_NANOS);
            }
            Map<RestartReason, Long> restarts = workerPool.counters().restarts();
            assertThat(restarts).hasSize(1);
            return restarts.keySet().iterator().next();
        } finally {
            workerPool.stop();
            loop.close();
            loop.awaitEnd();
        }
    }
}
