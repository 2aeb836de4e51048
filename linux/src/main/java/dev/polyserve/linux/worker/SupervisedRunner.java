package dev.polyserve.linux.worker;

import dev.polyserve.spi.ServerProvider;
import dev.polyserve.Server;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.io.SocketProvider;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.run.ModelConcurrency;
import dev.polyserve.run.Runner;
import dev.polyserve.run.WorkerControl;
import dev.polyserve.spi.ModelDefinition;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The runner of the model that a worker runs inside: the supervisor's commands start and control it.
///
/// **Thread**: as [Runner] and [WorkerControl].
final class SupervisedRunner implements Runner, WorkerControl {
    private final Runner inner;
    private final WorkerMain workerMain;
    private final ServerProvider.Setup setup;
    private volatile @Nullable Server server;

    SupervisedRunner(Runner inner, WorkerMain workerMain, ServerProvider.Setup setup) {
        this.inner = inner;
        this.setup = setup;
        this.workerMain = workerMain;
    }

    @Override
    public WorkerControl workerControl() {
        return this;
    }

    @Override
    public void starting(Server starting) throws IOException {
        if (server == null) {
            server = starting;
            workerMain.serve(starting, setup, acceptLoop());
        }
        // The second start comes from the control loop.
    }

    @Override
    public void start(Consumer<? super IOException> whenLost) throws IOException {
        inner.start(whenLost);
        EventLoop loop = acceptLoop();
        var heartbeat = new HeartbeatTimer(loop, silenceNanos(), () -> {
            Server serving = server;
            if (serving != null) {
                workerMain.beat(serving);
            }
        });
        // A beat sends what waits.
        workerMain.eventReporter().whenUnsent(() -> loop.post(heartbeat::soon));
        workerMain.whenFiguresAreWanted(heartbeat::now);
        heartbeat.begin();
    }

    private long silenceNanos() {
        return ServerContext
                .nanos(ModelDefinition.of(setup.model()).execution().processes().orElseThrow().workers().silence());
    }

    /// Reports that this worker stops accepting; connections accepted before were reported before.
    @Override
    public void drain() {
        workerMain.acknowledged();
    }

    private EventLoop acceptLoop() {
        return inner.loops().getFirst();
    }

    @Override
    public SocketProvider socketProvider() {
        return inner.socketProvider();
    }

    @Override
    public List<EventLoop> loops() {
        return inner.loops();
    }

    @Override
    public ModelConcurrency concurrency() {
        return inner.concurrency();
    }

    @Override
    public Prepared prepare(StreamSocket socket, Conversation.Identity identity) {
        return inner.prepare(socket, identity);
    }

    @Override
    public void stop() {
        inner.stop();
        workerMain.stopped();
    }
}
