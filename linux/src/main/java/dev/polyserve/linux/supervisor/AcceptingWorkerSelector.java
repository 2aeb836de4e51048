package dev.polyserve.linux.supervisor;

import dev.polyserve.linux.control.WorkerCommand;
import dev.polyserve.linux.control.WorkerEventMessage;
import dev.polyserve.RequestResult;
import dev.polyserve.run.AcceptQuota;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/// Decides which of the workers that share the listeners accept: all of them, one of them for a single client, or none.
///
/// ```
///   NONE ──accept ONE──▶ ONE: all acknowledged ─▶ AcceptOne sent ──RequestHandled──▶ NONE
///    ▲                     ▲                        │ the worker leaves or dies
///    └──accept NONE, ALL───┴────────────────────────┘
/// ```
///
/// `AcceptOne` is sent only after every worker has acknowledged its last command about accepting, so that the server
/// never accepts more than is allowed.
///
/// **Thread**: the supervisor's loop.
final class AcceptingWorkerSelector {
    private final Supplier<List<Worker>> workers;
    private final IntSupplier share;
    private AcceptQuota allowed = AcceptQuota.NONE;
    private boolean room;
    private boolean all;
    /// The request for one client that is in force, or the last one.
    private One one = new One(0, _ -> {});
    /// The worker that received the previous request.
    private Optional<Worker> last = Optional.empty();

    /// A request to accept one client.
    private static final class One {
        final long number;
        final Consumer<RequestResult> answered;
        Optional<Worker> asked = Optional.empty();
        boolean came;
        boolean over;

        One(long number, Consumer<RequestResult> answered) {
            this.number = number;
            this.answered = answered;
        }

        boolean isAskedOf(Worker.State state) {
            return asked.filter(worker -> worker.state == state).isPresent();
        }

        void ends(RequestResult how) {
            if (!over) {
                over = true;
                answered.accept(how);
            }
        }
    }

    /// Creates a permission that lets no worker accept yet.
    ///
    /// @param workers the present workers
    /// @param share how many connections each worker may serve
    AcceptingWorkerSelector(Supplier<List<Worker>> workers, IntSupplier share) {
        this.workers = workers;
        this.share = share;
    }

    /// Notes whether the server has room for another connection.
    void room(boolean now) {
        room = now;
        tellAll();
    }

    /// Sets how many clients the server accepts from now on.
    ///
    /// @param answered receives the outcome of a request for one client
    void accept(AcceptQuota now, Consumer<RequestResult> answered) {
        if (allowed == AcceptQuota.ONE && !one.came && one.isAskedOf(Worker.State.SERVING)) {
            one.asked.ifPresent(worker -> worker.accepts(false));
        }
        allowed = now;
        if (now == AcceptQuota.ONE) {
            one = new One(one.number + 1, answered);
            askOne();
        }
        tellAll();
    }

    private void tellAll() {
        boolean now = room && allowed == AcceptQuota.ALL;
        if (now != all) {
            all = now;
            workers.get().stream().filter(worker -> worker.state == Worker.State.SERVING)
                    .forEach(worker -> worker.accepts(now));
        }
    }

    /// True when all workers accept.
    boolean all() {
        return all;
    }

    /// Called when a worker begins to serve, acknowledges a command, leaves, or has ended.
    void changed() {
        if (allowed == AcceptQuota.ONE && !one.isAskedOf(Worker.State.SERVING)) {
            askOne();
        } else if (one.came && one.isAskedOf(Worker.State.GONE)) {
            // The worker ended before it could report the outcome of the connection that it had accepted.
            one.ends(RequestResult.SERVED);
        }
    }

    /// Sends `AcceptOne`, to the same worker as last time unless that worker has no room: it may hold datagrams that it
    /// received beyond the one that it was to answer.
    private void askOne() {
        if (!workers.get().stream().allMatch(Worker::hasAcknowledged)) {
            return;
        }
        one.asked = workers.get().stream().filter(worker -> worker.state == Worker.State.SERVING && !worker.retiring)
                .min(Comparator.<Worker, Boolean>comparing(worker -> worker.served.size() >= share.getAsInt())
                        .thenComparing(worker -> !last.filter(worker::equals).isPresent())
                        .thenComparingInt(worker -> worker.served.size()));
        one.asked.ifPresent(worker -> {
            last = one.asked;
            worker.command(new WorkerCommand.AcceptOne(one.number));
        });
    }

    /// Called when a worker has accepted a connection; the supervisor takes that connection next.
    void came(Worker worker) {
        if (one.asked.filter(worker::equals).isPresent() && !one.came) {
            one.came = true;
            if (allowed != AcceptQuota.ONE) {
                // The worker accepted just before it read the command to stop: it reports no outcome.
                one.ends(RequestResult.SERVED);
            }
        }
    }

    /// Called when a worker has reported the outcome of its request.
    void answered(WorkerEventMessage.RequestHandled handled) {
        if (handled.number() == one.number) {
            one.came = true;
            one.ends(handled.how());
        }
    }
}
