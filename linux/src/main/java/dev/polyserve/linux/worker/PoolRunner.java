package dev.polyserve.linux.worker;

import dev.polyserve.Model;
import dev.polyserve.WorkerInfo;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.io.Transport;
import dev.polyserve.linux.readiness.EpollMultiplexer;
import dev.polyserve.linux.socket.DescriptorTransport;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.run.LoopErrors;
import dev.polyserve.run.Runner;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/// The supervisor of workers that share the listeners (prefork): it binds, keeps as many workers as are wanted, and knows what
/// they serve. It accepts nobody itself.
///
/// Each worker has an equal share of the server's limit of connections, so that together they never pass it.
///
/// **Thread**: as [Runner]; what it is told, on its loop.
public final class PoolRunner implements Runner, Staffing {
    private final Model.ProcessPool model;
    private final ServerContext context;
    private final SharedTransport transport;
    private final EventLoop loop;
    private final Supervision supervision;
    private final Retelling retelling;
    private boolean accepting;
    private boolean draining;

    private PoolRunner(Model.ProcessPool model, ServerContext context) throws IOException {
        this.model = model;
        this.context = context;
        this.transport = new SharedTransport(DescriptorTransport.unlimited(), this::drains);
        this.loop = new EventLoop("polyserve-supervisor",
                new SharedMultiplexer(new EpollMultiplexer(), transport::isShared, this::accepting), context.clock(),
                false, false, 0, LoopErrors.reportedTo(context.log()));
        this.retelling = new Retelling(context.listener(), transport::endpoint);
        this.supervision = new Supervision(loop, WorkerProgram.of(model.workers()), model.workers(), this, context);
    }

    /// A supervisor that has not yet started anything.
    public static PoolRunner open(Model.ProcessPool model, ServerContext context) throws IOException {
        return new PoolRunner(model, context);
    }

    // --- the workers ---

    /// So many that a few have nothing to do, within the model's bounds.
    @Override
    public int wanted(Crew crew) {
        if (draining) {
            return 0;
        }
        int now = crew.staffSize();
        int spare = crew.idle().size() + crew.count(Worker.State.BOOTING);
        int wanted = now;
        if (spare < model.workers().minSpare()) {
            wanted = now + model.workers().minSpare() - spare;
        } else if (spare > model.workers().maxSpare()) {
            wanted = now - 1;
        }
        return Math.clamp(wanted, model.minWorkers() + supervision.extra(), model.maxWorkers() + supervision.extra());
    }

    @Override
    public Order.Serve duty() {
        int share = Math.max(1, context.options().limits().connections() / model.maxWorkers());
        return new Order.Serve(true, transport.slots(), share);
    }

    @Override
    public int[] listeners() {
        return transport.descriptors();
    }

    @Override
    public void ready(Worker worker) {
        if (accepting) {
            worker.order(new Order.Accept(true));
        }
        supervision.ready();
    }

    @Override
    public void told(Worker worker, Report report) {
        if (report instanceof Report.Came came) {
            ServedElsewhere connection = new ServedElsewhere(worker, came);
            worker.serves(came.id(), connection);
            transport.hand(came.slot(), connection);
        } else {
            retelling.told(worker, report);
        }
    }

    @Override
    public void hopeless(String why) {
        supervision.hopeless(why);
    }

    private void accepting(boolean allowed) {
        accepting = allowed;
        for (Worker worker : supervision.crew().all()) {
            if (worker.state == Worker.State.SERVING) {
                worker.order(new Order.Accept(allowed));
            }
        }
    }

    /// The listeners are closed here: the workers close theirs, and let their connections come to their ends.
    private void drains() {
        draining = true;
        supervision.crew().all().forEach(supervision.crew()::dismiss);
    }

    // --- the runner ---

    @Override
    public Transport transport() {
        return transport;
    }

    @Override
    public void start(Consumer<? super IOException> whenLost) throws IOException {
        supervision.start(whenLost);
    }

    @Override
    public EventLoop acceptLoop() {
        return loop;
    }

    @Override
    public int capacity() {
        return Integer.MAX_VALUE;
    }

    @Override
    public boolean servesInline() {
        return false;
    }

    @Override
    public Prepared prepare(StreamSocket socket, Conversation.Identity identity) {
        return switch (socket) {
            case ServedElsewhere connection -> connection.prepared(context, identity);
            default -> throw new IllegalArgumentException("no worker serves " + socket);
        };
    }

    @Override
    public Optional<Executor> datagramExecutor() {
        return Optional.empty();
    }

    @Override
    public boolean owns(Thread thread) {
        return thread.equals(loop.thread());
    }

    @Override
    public List<WorkerInfo> workers() {
        return supervision.roll();
    }

    @Override
    public long workerRestarts() {
        return supervision.crew().restarts();
    }

    @Override
    public void stop() {
        supervision.stop();
    }
}
