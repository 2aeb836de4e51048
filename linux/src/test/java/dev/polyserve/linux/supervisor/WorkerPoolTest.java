package dev.polyserve.linux.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Options;
import dev.polyserve.ServerListener;
import dev.polyserve.ServerStats.RestartReason;
import dev.polyserve.Workers;
import dev.polyserve.conversation.NanoClock;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.linux.control.WorkerControlChannel;
import dev.polyserve.linux.control.WorkerCommand;
import dev.polyserve.linux.multiplexer.EpollMultiplexer;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.run.LoopErrorHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// A supervisor and a worker process that does not read its commands: here a program that does not know them.
@Tag("slow")
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class WorkerPoolTest {
    private static final List<String> NO_READER = List.of("sleep", "3600");
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int DATAGRAM_BYTES = 32 << 10;

    private final ServerContext context = new ServerContext(Options.defaults(), new ServerListener() {},
            NanoClock.SYSTEM, _ -> {});
    private EventLoop loop;
    private WorkerPool workerPool;

    @BeforeEach
    void open() throws Exception {
        loop = new EventLoop("test-supervisor", new EpollMultiplexer(), context.clock(), false, false, 0,
                LoopErrorHandler.reportedTo(context.log()));
        Workers workers = Workers.defaults().withProgram(NO_READER);
        workerPool = new WorkerPool(loop, WorkerProgram.of(workers), workers, new OneWorkerPolicy(false), context);
        loop.start(_ -> {});
        loop.post(workerPool::begin);
    }

    @AfterEach
    void close() {
        workerPool.stop();
        loop.close();
        loop.awaitEnd();
    }

    private List<Worker> all() {
        CompletableFuture<List<Worker>> all = new CompletableFuture<>();
        loop.post(() -> all.complete(workerPool.all()));
        return all.orTimeout(LIMIT_NANOS, TimeUnit.NANOSECONDS).join();
    }

    private Worker awaitWorker() {
        long until = System.nanoTime() + LIMIT_NANOS;
        List<Worker> workers = all();
        while (workers.isEmpty() && System.nanoTime() - until < 0) {
            LockSupport.parkNanos(POLL_NANOS);
            workers = all();
        }
        return workers.getFirst();
    }

    @Test
    void aWorkerThatDoesNotReadItsOrdersIsKilledAndReplaced() {
        Worker worker = awaitWorker();
        // Long commands: each one costs an attempt to send those that wait, and of short ones a hundred thousand fit.
        InetSocketAddress peer = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        int commands = 0;
        while (!worker.isStuck() && commands < WorkerControlChannel.MOST_WAITING_BYTES) {
            worker.command(new WorkerCommand.AnswerDatagram(commands, peer, peer, Optional.empty(), false,
                    ByteBuffer.allocate(DATAGRAM_BYTES)));
            commands++;
        }
        assertThat(commands).as("commands until one was dropped").isLessThan(2 * WorkerControlChannel.MOST_WAITING_BYTES
                / DATAGRAM_BYTES);
        long until = System.nanoTime() + LIMIT_NANOS;
        while (workerPool.counters().restarts().isEmpty() && System.nanoTime() - until < 0) {
            LockSupport.parkNanos(POLL_NANOS);
        }
        assertThat(workerPool.counters().restarts()).isEqualTo(Map.of(RestartReason.START, 1L));
        assertThat(worker.killedBecause).contains("it does not read its commands, of which 16777216 bytes wait");
        assertThat(all()).doesNotContain(worker);
    }
}
