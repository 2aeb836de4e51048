package dev.polyserve.linux.supervisor;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Endpoint;
import dev.polyserve.Model;
import dev.polyserve.Options;
import dev.polyserve.ServerListener;
import dev.polyserve.Workers;
import dev.polyserve.conversation.NanoClock;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.linux.control.WorkerCommand;
import dev.polyserve.linux.control.WorkerEventMessage;
import dev.polyserve.io.Pollable;
import dev.polyserve.linux.multiplexer.EpollMultiplexer;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.loop.Multiplexer;
import dev.polyserve.run.AcceptQuota;
import dev.polyserve.spi.ServerProvider;
import dev.polyserve.spi.HandlerExecutionStrategy;
import dev.polyserve.spi.ModelDefinition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// What belongs to the supervisor's loop fails when a thread other than the loop's calls it: here the test's. The
/// workers run a program that is none.
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class SupervisorOwnerTest {
    private static final Workers NO_WORKERS = Workers.defaults().withProgram(List.of("sleep", "3600"));

    private final ServerContext context = new ServerContext(Options.defaults(), new ServerListener() {},
            NanoClock.SYSTEM, _ -> {});
    private ProcessPoolRunner pool;
    private EventLoop loop;

    @BeforeEach
    void start() throws Exception {
        var model = new HandlerExecutionStrategy.ProcessPool(1, 1, ModelDefinition.of(Model.virtual()), NO_WORKERS);
        pool = ProcessPoolRunner.open(model, context);
        loop = pool.loop();
        loop.start(_ -> {});
    }

    @AfterEach
    void stop() {
        pool.supervisorLoop().workerPool().stop();
        loop.close();
        loop.awaitEnd();
    }

    private static void assertRefused(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("polyserve-supervisor is owned by its own thread, but ");
    }

    @Test
    void theWorkers() throws Exception {
        WorkerPool workers = pool.supervisorLoop().workerPool();
        assertRefused(workers::all);
        assertRefused(workers::idle);
        assertRefused(workers::scale);
        CompletableFuture<Worker> started = new CompletableFuture<>();
        loop.post(() -> {
            workers.begin();
            started.complete(workers.all().getFirst());
        });
        Worker worker = started.get(30, TimeUnit.SECONDS);
        assertRefused(() -> workers.dismiss(worker));
        assertRefused(() -> workers.kill(worker, "by another thread"));
        assertRefused(() -> worker.accepts(true));
        assertRefused(() -> worker.serves(0));
        assertRefused(() -> worker.told(new WorkerEventMessage.HandlerStarted(1)));
        worker.command(new WorkerCommand.DumpThreads());
    }

    @Test
    void theRunnerOfAPool() {
        assertRefused(() -> pool.accept(AcceptQuota.NONE, _ -> {}));
        assertRefused(() -> pool.whenAcknowledged(() -> {}));
        assertRefused(pool::reconfigured);
        assertRefused(pool::drain);
        assertRefused(() -> pool.supervisorLoop().hopeless("by another thread"));
    }

    @Test
    void theRunnerOfAWorkerForEachConnection() throws Exception {
        Model model = Model.process(1, NO_WORKERS);
        var setup = new ServerProvider.Setup(List.of(Endpoint.parse("tcp://127.0.0.1:0")), model, null, null,
                Options.defaults(), null, List.of(), List.of(), List.of(), null);
        ProcessPerConnectionRunner runner = ProcessPerConnectionRunner.open(
                new HandlerExecutionStrategy.ProcessPerConnection(1, NO_WORKERS), setup, context);
        runner.loop().start(_ -> {});
        assertRefused(runner::nextDatagram);
        assertRefused(runner::drain);
        runner.loop().close();
        runner.loop().awaitEnd();
    }

    @Test
    void theMultiplexerOfSharedSockets() throws Exception {
        Pollable shared = new Pollable() {};
        try (SupervisorMultiplexer multiplexer = new SupervisorMultiplexer(new EpollMultiplexer(), shared::equals,
                _ -> {})) {
            Multiplexer.Watch watch = multiplexer.watch(shared, 0, _ -> {});
            CompletableFuture.runAsync(() -> awaitNothing(multiplexer)).get(30, TimeUnit.SECONDS);
            for (ThrowingCallable call : List.<ThrowingCallable>of(() -> multiplexer.watch(shared, 0, _ -> {}),
                    () -> multiplexer.change(watch, Multiplexer.READ), () -> multiplexer.handed(shared),
                    () -> multiplexer.forget(watch))) {
                assertThatThrownBy(call).isInstanceOf(AssertionError.class)
                        .hasMessageContaining(" is owned by Thread[");
            }
        }
    }

    private static void awaitNothing(Multiplexer multiplexer) {
        try {
            multiplexer.await(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
