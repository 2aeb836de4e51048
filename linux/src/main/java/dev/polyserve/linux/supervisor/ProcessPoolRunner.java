package dev.polyserve.linux.supervisor;

import dev.polyserve.linux.control.WorkerCommand;
import dev.polyserve.linux.control.WorkerEventMessage;
import dev.polyserve.spi.HandlerExecutionStrategy;
import dev.polyserve.OnFull;
import dev.polyserve.RequestResult;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.io.SocketProvider;
import dev.polyserve.linux.multiplexer.EpollMultiplexer;
import dev.polyserve.linux.socket.DescriptorSocketProvider;
import dev.polyserve.run.AcceptQuota;
import dev.polyserve.run.ModelConcurrency;
import dev.polyserve.tls.SelfSignedCertificate;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// The supervisor of workers that share the listeners (prefork): it binds, keeps the number of workers within the
/// model's bounds, and tracks the connections that they serve. It accepts no connection itself.
///
/// Each worker has an equal share of the server's limit of connections, so that together they never exceed it.
///
/// **Thread**: as [Supervisor]; events arrive on its loop.
public final class ProcessPoolRunner extends Supervisor {
    private final HandlerExecutionStrategy.ProcessPool model;
    private final ServerContext context;
    private final SupervisorSocketProvider socketProvider;
    private final SupervisorMultiplexer multiplexer;
    private final SupervisorLoop supervisorLoop;
    private final WorkerEventDispatcher eventForwarder;
    /// Actions that wait until each worker has acknowledged its last command about accepting.
    private final List<Runnable> awaitAcknowledged = new ArrayList<>();
    private final AcceptingWorkerSelector acceptPermission;
    private boolean full;
    private boolean draining;

    private ProcessPoolRunner(HandlerExecutionStrategy.ProcessPool model, ServerContext context) throws IOException {
        this.model = model;
        this.context = context;
        this.socketProvider = new SupervisorSocketProvider(DescriptorSocketProvider.unlimited());
        this.multiplexer = new SupervisorMultiplexer(new EpollMultiplexer(), socketProvider::isShared, this::room);
        this.eventForwarder = new WorkerEventDispatcher(context.listener(), socketProvider::endpoint);
        this.supervisorLoop = new SupervisorLoop(multiplexer, model.workers(), this, context);
        this.acceptPermission = new AcceptingWorkerSelector(supervisorLoop.workerPool()::all, this::share);
    }

    /// Creates a supervisor that is not started.
    public static ProcessPoolRunner open(HandlerExecutionStrategy.ProcessPool model, ServerContext context)
            throws IOException {
        return new ProcessPoolRunner(model, context);
    }

    // --- the workers ---

    /// The number of workers that leaves a few idle, within the model's bounds.
    @Override
    public int wanted(WorkerPool workerPool) {
        if (draining) {
            return 0;
        }
        int now = workerPool.stayingCount();
        int spare = workerPool.idle().size() + workerPool.count(Worker.State.BOOTING);
        int wanted = now;
        if (spare < model.workers().minSpare()) {
            wanted = now + model.workers().minSpare() - spare;
        } else if (spare > model.workers().maxSpare()) {
            wanted = now - 1;
        }
        // A worker that may serve no connection is useless.
        int most = Math.min(model.maxWorkers() + supervisorLoop.extra(), context.options().limits().connections());
        return Math.clamp(wanted, Math.min(model.minWorkers() + supervisorLoop.extra(), most), most);
    }

    /// True for every worker: its connections have the time of a drain.
    @Override
    public boolean mayLeave(Worker worker) {
        return true;
    }

    @Override
    public boolean isDraining() {
        return draining;
    }

    @Override
    public WorkerCommand.Serve workerMain() {
        return new WorkerCommand.Serve(true, socketProvider.slots(), share(), SelfSignedCertificate.encoded());
    }

    @Override
    ServerContext context() {
        return context;
    }

    @Override
    int share() {
        return Math.max(1, context.options().limits().connections() / (model.maxWorkers() + supervisorLoop.extra()));
    }

    /// Notifies the workers when they become full together, or have room again. Workers reject clients, but only while
    /// none of the workers has room.
    private void tellIfFull() {
        loop().assertOwner();
        if (model.maxWorkers() == 1) {
            return;
        }
        int served = supervisorLoop.workerPool().all().stream().mapToInt(worker -> worker.served.size()).sum();
        boolean now = context.options().onFull() == OnFull.REJECT
                && served >= (long) share() * (model.maxWorkers() + supervisorLoop.extra());
        if (now != full) {
            full = now;
            supervisorLoop.workerPool().all().forEach(worker -> worker.command(new WorkerCommand.RejectExcess(now)));
        }
    }

    @Override
    void reconfigured() {
        super.reconfigured();
        tellIfFull();
    }

    @Override
    public int[] listeners() {
        return socketProvider.descriptors();
    }

    @Override
    public void ready(Worker worker) {
        if (acceptPermission.all()) {
            if (full) {
                worker.command(new WorkerCommand.RejectExcess(true));
            }
            worker.accepts(true);
        }
        acceptPermission.changed();
        supervisorLoop.ready();
    }

    @Override
    public void whenAcknowledged(Runnable then) {
        loop().assertOwner();
        awaitAcknowledged.add(then);
        changed();
    }

    @Override
    public void changed() {
        tellIfFull();
        acceptPermission.changed();
        if (!awaitAcknowledged.isEmpty()
                && supervisorLoop.workerPool().all().stream().allMatch(Worker::hasAcknowledged)) {
            List<Runnable> now = List.copyOf(awaitAcknowledged);
            awaitAcknowledged.clear();
            now.forEach(Runnable::run);
        }
    }

    @Override
    public void told(Worker worker, WorkerEventMessage event) {
        loop().assertOwner();
        if (event instanceof WorkerEventMessage.ConnectionAccepted came) {
            WorkerServedConnection connection = new WorkerServedConnection(worker, came, model.maxWorkers() == 1
                    ? Admission.REMOTE
                    : Admission.REMOTE_EXCEPT_PER_ADDRESS);
            worker.serves(came.id(), connection);
            acceptPermission.came(worker);
            ReportedConnectionsListener listener = socketProvider.remoteListener(came.slot());
            listener.hand(connection);
            multiplexer.handed(listener);
            tellIfFull();
        } else if (event instanceof WorkerEventMessage.RequestHandled handled) {
            acceptPermission.answered(handled);
        } else {
            eventForwarder.told(worker, event);
        }
    }

    private void room(boolean now) {
        acceptPermission.room(now);
    }

    @Override
    public void accept(AcceptQuota now, Consumer<RequestResult> answered) {
        loop().assertOwner();
        acceptPermission.accept(now, answered);
    }

    /// Closes the listeners here; the workers close theirs, and let their connections end.
    @Override
    public void drain() {
        loop().assertOwner();
        draining = true;
        supervisorLoop.workerPool().all().forEach(supervisorLoop.workerPool()::dismiss);
        try {
            socketProvider.closeListeners();
        } catch (IOException e) {
            context.log().warn("a listener was not closed: " + e.getMessage(), e);
        }
    }

    // --- the runner ---

    @Override
    SupervisorLoop supervisorLoop() {
        return supervisorLoop;
    }

    @Override
    public SocketProvider socketProvider() {
        return socketProvider;
    }

    @Override
    public ModelConcurrency concurrency() {
        return ModelConcurrency.unlimited(Optional.empty());
    }

    @Override
    public Prepared prepare(StreamSocket socket, Conversation.Identity identity) {
        return switch (socket) {
            case WorkerServedConnection connection -> connection.prepared(context, identity);
            default -> throw new IllegalArgumentException("no worker serves " + socket);
        };
    }

    @Override
    public int addWorkers(int more) {
        return model.maxWorkers() + supervisorLoop.addWorkers(more, 1 - model.minWorkers());
    }
}
