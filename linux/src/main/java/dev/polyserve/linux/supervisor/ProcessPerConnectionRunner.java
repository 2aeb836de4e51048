package dev.polyserve.linux.supervisor;

import dev.polyserve.linux.control.WorkerCommand;
import dev.polyserve.linux.control.WorkerEventMessage;
import dev.polyserve.spi.HandlerExecutionStrategy;
import dev.polyserve.Endpoint;
import dev.polyserve.spi.ServerProvider;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.coroutine.queue.OutOfMemorySafeQueue;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.io.SocketProvider;
import dev.polyserve.linux.multiplexer.EpollMultiplexer;
import dev.polyserve.linux.socket.DescriptorSocket;
import dev.polyserve.run.ModelConcurrency;
import dev.polyserve.tls.SelfSignedCertificate;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// The supervisor of workers that serve one connection or one datagram each: it accepts, and transfers what it has
/// accepted to an idle worker. Idle workers are started in advance, so that a client does not wait for a process to
/// start.
///
/// **Thread**: as [Supervisor]; events arrive on its loop.
public final class ProcessPerConnectionRunner extends Supervisor {
    /// How long to wait before a used worker is replaced. A program that starts occupies a processor for a while: the
    /// worker that has just received a client runs first.
    private static final long REPLACE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final HandlerExecutionStrategy.ProcessPerConnection model;
    private final ServerContext context;
    private final NumberedSocketProvider socketProvider = new NumberedSocketProvider();
    private final SupervisorLoop supervisorLoop;
    private final WorkerEventDispatcher eventForwarder;
    private final OutOfMemorySafeQueue<PendingWorkerAssignment> waiting = new OutOfMemorySafeQueue<>();
    /// How many idle workers to keep: the number rises when they were too few, and falls when they were too many.
    private int spareGoal;
    private long lastDatagram;
    private boolean draining;

    private ProcessPerConnectionRunner(HandlerExecutionStrategy.ProcessPerConnection model, ServerContext context)
            throws IOException {
        this.model = model;
        this.context = context;
        this.spareGoal = Math.max(1, model.workers().minSpare());
        this.eventForwarder = new WorkerEventDispatcher(context.listener(), socketProvider::endpoint);
        this.supervisorLoop = new SupervisorLoop(new EpollMultiplexer(), model.workers(), this, context);
    }

    /// Creates a supervisor that is not started.
    public static ProcessPerConnectionRunner open(HandlerExecutionStrategy.ProcessPerConnection model,
            ServerProvider.Setup setup, ServerContext context)
            throws IOException {
        ProcessPerConnectionRunner runner = new ProcessPerConnectionRunner(model, context);
        if (setup.datagrams() instanceof WorkerDatagramForwarder asked) {
            asked.asks(runner);
        }
        return runner;
    }

    // --- the workers ---

    @Override
    public int wanted(WorkerPool workerPool) {
        int busy = workerPool.count(Worker.State.SERVING) - workerPool.idle().size();
        return Math.min(capacity(), busy + waiting.size() + (draining ? 0 : spareGoal));
    }

    /// True for idle workers only: each of the others ends with its connection.
    @Override
    public boolean mayLeave(Worker worker) {
        return worker.isIdle();
    }

    @Override
    public boolean isDraining() {
        return draining;
    }

    @Override
    public WorkerCommand.Serve workerMain() {
        return new WorkerCommand.Serve(false, socketProvider.slots(), share(), SelfSignedCertificate.encoded());
    }

    @Override
    ServerContext context() {
        return context;
    }

    @Override
    int share() {
        return 1;
    }

    @Override
    public int[] listeners() {
        return new int[0];
    }

    @Override
    public void ready(Worker worker) {
        supervisorLoop.ready();
        assign(worker);
    }

    @Override
    public void changed() {
        // These workers do not accept themselves.
    }

    @Override
    public void told(Worker worker, WorkerEventMessage event) {
        eventForwarder.told(worker, event);
    }

    /// The command that lets a worker end its connection.
    WorkerCommand.Drain drainCommand() {
        return new WorkerCommand.Drain(context.options().timeouts().drain().toMillis());
    }

    /// Assigns the item to a worker, now or as soon as one is idle.
    void submit(PendingWorkerAssignment item) {
        loop().assertOwner();
        waiting.add(item);
        WorkerPool workerPool = supervisorLoop.workerPool();
        Optional<Worker> spare = workerPool.spare();
        if (spare.isPresent()) {
            assign(spare.get());
            supervisorLoop.loop().schedule(REPLACE_NANOS, workerPool::scale);
        } else {
            spareGoal = Math.min(2 * spareGoal, model.workers().maxSpare());
            workerPool.scale();
        }
    }

    private void assign(Worker worker) {
        for (PendingWorkerAssignment next; (next = waiting.poll()) != null;) {
            if (!next.isOver()) {
                next.assign(worker);
                return;
            }
        }
    }

    /// Removes an item when its result is no longer needed.
    void withdraw(PendingWorkerAssignment item) {
        loop().assertOwner();
        waiting.remove(item);
    }

    /// Called when a worker has finished its work.
    void spent(Worker worker) {
        loop().assertOwner();
        supervisorLoop.workerPool().dismiss(worker);
        if (waiting.isEmpty() && spareGoal > Math.max(1, model.workers().minSpare())
                && supervisorLoop.workerPool().idle().size() >= spareGoal) {
            spareGoal--;
        }
        supervisorLoop.workerPool().scale();
    }

    void kill(Worker worker, String why) {
        supervisorLoop.workerPool().kill(worker, why);
    }

    void killIf(Worker worker, BooleanSupplier reason, String why) {
        supervisorLoop.workerPool().killIf(worker, reason, why);
    }

    long nextDatagram() {
        loop().assertOwner();
        lastDatagram--;
        return lastDatagram;
    }

    // --- the runner ---

    @Override
    SupervisorLoop supervisorLoop() {
        return supervisorLoop;
    }

    @Override
    public void drain() {
        loop().assertOwner();
        draining = true;
        for (Worker worker : supervisorLoop.workerPool().all()) {
            List.copyOf(worker.served.values()).forEach(Worker.Assignment::drains);
        }
    }

    @Override
    public SocketProvider socketProvider() {
        return socketProvider;
    }

    @Override
    public ModelConcurrency concurrency() {
        return new ModelConcurrency(this::capacity, false, ModelConcurrency.virtualThreads());
    }

    private int capacity() {
        return model.maxWorkers() + supervisorLoop.extra();
    }

    @Override
    public Prepared prepare(StreamSocket socket, Conversation.Identity identity) {
        Endpoint endpoint = identity.endpoint();
        return new TransferredConnection(this, context, identity, (DescriptorSocket) socket,
                socketProvider.slot(endpoint));
    }

    @Override
    public int addWorkers(int more) {
        return model.maxWorkers() + supervisorLoop.addWorkers(more, 1 - model.maxWorkers());
    }
}
