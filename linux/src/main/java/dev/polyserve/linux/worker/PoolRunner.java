package dev.polyserve.linux.worker;

import dev.polyserve.Model;
import dev.polyserve.OnFull;
import dev.polyserve.Options;
import dev.polyserve.Served;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.io.Transport;
import dev.polyserve.linux.readiness.EpollMultiplexer;
import dev.polyserve.linux.socket.DescriptorTransport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/// The supervisor of workers that share the listeners (prefork): it binds, keeps as many workers as are wanted, and knows what
/// they serve. It accepts nobody itself.
///
/// Each worker has an equal share of the server's limit of connections, so that together they never pass it.
///
/// **Thread**: as [Supervisor]; what it is told, on its loop.
public final class PoolRunner extends Supervisor {
    private final Model.ProcessPool model;
    private final ServerContext context;
    private final SharedTransport transport;
    private final SharedMultiplexer multiplexer;
    private final Supervision supervision;
    private final Retelling retelling;
    /// Who waits until each worker does what it was last told about accepting.
    private final List<Runnable> awaitHeeded = new ArrayList<>();
    private final Permission permission;
    private boolean full;
    private boolean draining;

    private PoolRunner(Model.ProcessPool model, ServerContext context) throws IOException {
        this.model = model;
        this.context = context;
        this.transport = new SharedTransport(DescriptorTransport.unlimited());
        this.multiplexer = new SharedMultiplexer(new EpollMultiplexer(), transport::isShared, this::room);
        this.retelling = new Retelling(context.listener(), transport::endpoint);
        this.supervision = new Supervision(multiplexer, model.workers(), this, context);
        this.permission = new Permission(supervision.crew()::all, this::share);
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
        // One that may serve nobody would be none.
        int most = Math.min(model.maxWorkers() + supervision.extra(), context.options().limits().connections());
        return Math.clamp(wanted, Math.min(model.minWorkers() + supervision.extra(), most), most);
    }

    /// Any: its connections have the time of a drain.
    @Override
    public boolean mayLeave(Worker worker) {
        return true;
    }

    @Override
    public Order.Serve duty() {
        return new Order.Serve(true, transport.slots(), share());
    }

    @Override
    Options options() {
        return context.options();
    }

    @Override
    int share() {
        return Math.max(1, context.options().limits().connections() / (model.maxWorkers() + supervision.extra()));
    }

    /// Who is turned away is turned away by workers, but only when none of them has room.
    private void tellIfFull() {
        if (model.maxWorkers() == 1) {
            return;
        }
        int served = supervision.crew().all().stream().mapToInt(worker -> worker.served.size()).sum();
        boolean now = context.options().onFull() == OnFull.REJECT
                && served >= (long) share() * (model.maxWorkers() + supervision.extra());
        if (now != full) {
            full = now;
            supervision.crew().all().forEach(worker -> worker.order(new Order.TurnAway(now)));
        }
    }

    @Override
    public void reconfigured() {
        super.reconfigured();
        tellIfFull();
    }

    @Override
    public int[] listeners() {
        return transport.descriptors();
    }

    @Override
    public void ready(Worker worker) {
        if (permission.all()) {
            if (full) {
                worker.order(new Order.TurnAway(true));
            }
            worker.accepts(true);
        }
        permission.changed();
        supervision.ready();
    }

    @Override
    public void whenHeeded(Runnable then) {
        awaitHeeded.add(then);
        changed();
    }

    @Override
    public void changed() {
        tellIfFull();
        permission.changed();
        if (!awaitHeeded.isEmpty() && supervision.crew().all().stream().allMatch(Worker::isHeeding)) {
            List<Runnable> now = List.copyOf(awaitHeeded);
            awaitHeeded.clear();
            now.forEach(Runnable::run);
        }
    }

    @Override
    public void told(Worker worker, Report report) {
        if (report instanceof Report.Came came) {
            ServedElsewhere connection = new ServedElsewhere(worker, came, model.maxWorkers() == 1
                    ? Admission.ELSEWHERE
                    : Admission.ELSEWHERE_BUT_FOR_ADDRESS);
            worker.serves(came.id(), connection);
            permission.came(worker);
            StandIn listener = transport.standIn(came.slot());
            listener.hand(connection);
            multiplexer.handed(listener);
            tellIfFull();
        } else if (report instanceof Report.Handled handled) {
            permission.answered(handled);
        } else {
            retelling.told(worker, report);
        }
    }

    private void room(boolean now) {
        permission.room(now);
    }

    @Override
    public void allows(Allowed now, Consumer<Served> answered) {
        permission.allows(now, answered);
    }

    /// The listeners are closed here: the workers close theirs, and let their connections come to their ends.
    @Override
    public void drains() {
        draining = true;
        supervision.crew().all().forEach(supervision.crew()::dismiss);
        try {
            transport.closeListeners();
        } catch (IOException e) {
            context.log().warn("a listener was not closed: " + e.getMessage(), e);
        }
    }

    // --- the runner ---

    @Override
    Supervision supervision() {
        return supervision;
    }

    @Override
    public Transport transport() {
        return transport;
    }

    @Override
    public int capacity() {
        return Integer.MAX_VALUE;
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
    public int addWorkers(int more) {
        return model.maxWorkers() + supervision.addWorkers(more, 1 - model.minWorkers());
    }
}
