package dev.polyserve.linux.worker;

import dev.polyserve.Served;
import dev.polyserve.run.Runner;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/// Which of the workers that share the listeners accept now: all of them, one of them a single client, or none.
///
/// ```
///   NONE ──allows ONE──▶ ONE: all have heeded ─▶ a worker is asked ──Came, Handled──▶ NONE
///    ▲                     ▲                        │ it leaves, or dies
///    └──allows NONE, ALL───┴────────────────────────┘
/// ```
///
/// Nobody is asked before all have heeded what they were told last, so that what comes is never more than was allowed.
///
/// **Thread**: the supervisor's loop.
final class AcceptPermission {
    private final Supplier<List<Worker>> workers;
    private final IntSupplier share;
    private Runner.AcceptMode allowed = Runner.AcceptMode.NONE;
    private boolean room;
    private boolean all;
    /// The order to accept one that is in force, or was last.
    private One one = new One(0, _ -> {});
    /// Who was asked for one before.
    private Optional<Worker> last = Optional.empty();

    /// An order to accept one.
    private static final class One {
        final long number;
        final Consumer<Served> answered;
        Optional<Worker> asked = Optional.empty();
        boolean came;
        boolean over;

        One(long number, Consumer<Served> answered) {
            this.number = number;
            this.answered = answered;
        }

        boolean isAskedOf(Worker.State state) {
            return asked.filter(worker -> worker.state == state).isPresent();
        }

        void ends(Served how) {
            if (!over) {
                over = true;
                answered.accept(how);
            }
        }
    }

    /// @param workers those there are
    /// @param share how many connections each may serve
    AcceptPermission(Supplier<List<Worker>> workers, IntSupplier share) {
        this.workers = workers;
        this.share = share;
    }

    /// Whether there is room for anybody.
    void room(boolean now) {
        room = now;
        tellAll();
    }

    /// How many the server lets in from now on.
    ///
    /// @param answered hears what has become of the one
    void allows(Runner.AcceptMode now, Consumer<Served> answered) {
        if (allowed == Runner.AcceptMode.ONE && !one.came && one.isAskedOf(Worker.State.SERVING)) {
            one.asked.ifPresent(worker -> worker.accepts(false));
        }
        allowed = now;
        if (now == Runner.AcceptMode.ONE) {
            one = new One(one.number + 1, answered);
            askOne();
        }
        tellAll();
    }

    private void tellAll() {
        boolean now = room && allowed == Runner.AcceptMode.ALL;
        if (now != all) {
            all = now;
            workers.get().stream().filter(worker -> worker.state == Worker.State.SERVING)
                    .forEach(worker -> worker.accepts(now));
        }
    }

    /// Whether all workers accept.
    boolean all() {
        return all;
    }

    /// A worker begins to serve, heeds what it was told, leaves, or is gone.
    void changed() {
        if (allowed == Runner.AcceptMode.ONE && !one.isAskedOf(Worker.State.SERVING)) {
            askOne();
        } else if (one.came && one.isAskedOf(Worker.State.GONE)) {
            // It cannot say any more what has become of the one that it has taken.
            one.ends(Served.SERVED);
        }
    }

    /// The same as the last time, because it may have received more datagrams than it was to answer, unless it has no room.
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

    /// A worker has accepted somebody, who is taken next.
    void came(Worker worker) {
        if (one.asked.filter(worker::equals).isPresent() && !one.came) {
            one.came = true;
            if (allowed != Runner.AcceptMode.ONE) {
                // Just before it heard that it should not: it says no more of him.
                one.ends(Served.SERVED);
            }
        }
    }

    /// A worker has said what has become of the one.
    void answered(WorkerEvent.RequestHandled handled) {
        if (handled.number() == one.number) {
            one.came = true;
            one.ends(handled.how());
        }
    }
}
