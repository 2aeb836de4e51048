package dev.polyserve.linux.worker;

import dev.polyserve.Endpoint;
import dev.polyserve.Engine;
import dev.polyserve.Model;
import dev.polyserve.Options;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.io.Transport;
import dev.polyserve.linux.readiness.EpollMultiplexer;
import dev.polyserve.linux.socket.DescriptorSocket;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// The supervisor of workers that serve one connection, or one datagram, each: it accepts, and hands what it has accepted to
/// one that waits for it. Some wait already, so that a client does not wait for a process to start.
///
/// **Thread**: as [Supervisor]; what it is told, on its loop.
public final class HandOverRunner extends Supervisor {
    /// A program that starts takes a processor for a while: the one that has just got a client has it first.
    private static final long REPLACE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Model.ProcessPerConnection model;
    private final ServerContext context;
    private final SlottedTransport transport = new SlottedTransport();
    private final Supervision supervision;
    private final Retelling retelling;
    private final Queue<Job> waiting = new ArrayDeque<>();
    /// How many without work there are to be: more when they were not enough, less when they were too many.
    private int spareGoal;
    private long lastDatagram;
    private boolean draining;

    private HandOverRunner(Model.ProcessPerConnection model, ServerContext context) throws IOException {
        this.model = model;
        this.context = context;
        this.spareGoal = Math.max(1, model.workers().minSpare());
        this.retelling = new Retelling(context.listener(), transport::endpoint);
        this.supervision = new Supervision(new EpollMultiplexer(), model.workers(), this, context);
    }

    /// A supervisor that has not yet started anything.
    public static HandOverRunner open(Model.ProcessPerConnection model, Engine.Setup setup, ServerContext context)
            throws IOException {
        HandOverRunner runner = new HandOverRunner(model, context);
        if (setup.datagrams() instanceof AskedDatagrams asked) {
            asked.asks(runner);
        }
        return runner;
    }

    // --- the workers ---

    @Override
    public int wanted(Crew crew) {
        int busy = crew.count(Worker.State.SERVING) - crew.idle().size();
        return Math.min(capacity(), busy + waiting.size() + (draining ? 0 : spareGoal));
    }

    /// One without work only: the others end with theirs.
    @Override
    public boolean mayLeave(Worker worker) {
        return worker.isIdle();
    }

    @Override
    public Order.Serve duty() {
        return new Order.Serve(false, transport.slots(), share());
    }

    @Override
    Options options() {
        return context.options();
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
        supervision.ready();
        assign(worker);
    }

    @Override
    public void changed() {
        // They accept nobody themselves.
    }

    @Override
    public void told(Worker worker, Report report) {
        retelling.told(worker, report);
    }

    boolean isDraining() {
        return draining;
    }

    /// What a worker is told whose connection is to come to its end.
    Order.Drain drain() {
        return new Order.Drain(context.options().timeouts().drain().toMillis());
    }

    /// A worker for this, now or as soon as there is one.
    void submit(Job job) {
        waiting.add(job);
        Crew crew = supervision.crew();
        Optional<Worker> spare = crew.idle().stream().findFirst();
        if (spare.isPresent()) {
            assign(spare.get());
            supervision.loop().schedule(REPLACE_NANOS, crew::staff);
        } else {
            spareGoal = Math.min(2 * spareGoal, model.workers().maxSpare());
            crew.staff();
        }
    }

    private void assign(Worker worker) {
        for (Job next; (next = waiting.poll()) != null;) {
            if (!next.isOver()) {
                next.assign(worker);
                return;
            }
        }
    }

    /// Nobody waits for this any more.
    void withdraw(Job job) {
        waiting.remove(job);
    }

    /// It has done what it was there for.
    void spent(Worker worker) {
        supervision.crew().dismiss(worker);
        if (waiting.isEmpty() && spareGoal > Math.max(1, model.workers().minSpare())
                && supervision.crew().idle().size() >= spareGoal) {
            spareGoal--;
        }
        supervision.crew().staff();
    }

    void kill(Worker worker, String why) {
        supervision.crew().kill(worker, why);
    }

    void killIf(Worker worker, BooleanSupplier reason, String why) {
        supervision.crew().killIf(worker, reason, why);
    }

    long nextDatagram() {
        lastDatagram--;
        return lastDatagram;
    }

    // --- the runner ---

    @Override
    Supervision supervision() {
        return supervision;
    }

    @Override
    public void drains() {
        draining = true;
        for (Worker worker : supervision.crew().all()) {
            List.copyOf(worker.served.values()).forEach(Worker.Elsewhere::drains);
        }
    }

    @Override
    public Transport transport() {
        return transport;
    }

    @Override
    public int capacity() {
        return model.maxWorkers() + supervision.extra();
    }

    @Override
    public Prepared prepare(StreamSocket socket, Conversation.Identity identity) {
        Endpoint endpoint = identity.endpoint();
        return new HandOver(this, context, identity, (DescriptorSocket) socket, transport.slot(endpoint));
    }

    @Override
    public Optional<Executor> datagramExecutor() {
        return Optional.of(task -> Thread.ofVirtual().name("polyserve-datagram").start(task));
    }

    @Override
    public int addWorkers(int more) {
        return model.maxWorkers() + supervision.addWorkers(more, 1 - model.maxWorkers());
    }
}
