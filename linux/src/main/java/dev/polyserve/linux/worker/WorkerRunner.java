package dev.polyserve.linux.worker;

import dev.polyserve.spi.Engine;
import dev.polyserve.Server;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.coroutine.hub.Hub;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.io.Transport;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.run.Runner;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The runner of a worker's own model, started by the supervisor's command.
///
/// **Thread**: as [Runner].
final class WorkerRunner implements Runner {
    private static final long BEAT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Runner inner;
    private final WorkerMain workerMain;
    private final Engine.Setup setup;
    private volatile @Nullable Server server;

    WorkerRunner(Runner inner, WorkerMain workerMain, Engine.Setup setup) {
        this.inner = inner;
        this.setup = setup;
        this.workerMain = workerMain;
    }

    @Override
    public void starting(Server starting) throws IOException {
        if (server == null) {
            server = starting;
            workerMain.serve(starting, setup, inner.acceptLoop());
        }
        // The second start comes from the control loop.
    }

    @Override
    public void start(Consumer<? super IOException> whenLost) throws IOException {
        inner.start(whenLost);
        EventLoop loop = inner.acceptLoop();
        loop.post(() -> loop.repeat(BEAT_NANOS, () -> {
            Server serving = server;
            if (serving != null) {
                workerMain.beat(serving);
            }
            return BEAT_NANOS;
        }));
    }

    @Override
    public Transport transport() {
        return inner.transport();
    }

    @Override
    public EventLoop acceptLoop() {
        return inner.acceptLoop();
    }

    @Override
    public int capacity() {
        return inner.capacity();
    }

    @Override
    public boolean servesInline() {
        return inner.servesInline();
    }

    @Override
    public Prepared prepare(StreamSocket socket, Conversation.Identity identity) {
        return inner.prepare(socket, identity);
    }

    @Override
    public Optional<Executor> datagramExecutor() {
        return inner.datagramExecutor();
    }

    @Override
    public Optional<Hub> hub() {
        return inner.hub();
    }

    @Override
    public boolean owns(Thread thread) {
        return inner.owns(thread);
    }

    /// Stops accepting; connections accepted before were reported before.
    @Override
    public void drains() {
        inner.drains();
        workerMain.acknowledged();
    }

    @Override
    public void stop() {
        inner.stop();
    }
}
