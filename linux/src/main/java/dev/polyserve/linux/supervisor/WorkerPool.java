package dev.polyserve.linux.supervisor;

import dev.polyserve.linux.control.WorkerControlChannel;
import dev.polyserve.linux.control.WorkerMessage;
import dev.polyserve.linux.control.WorkerEnvironment;
import dev.polyserve.linux.control.WorkerCommand;
import dev.polyserve.linux.control.WorkerEventMessage;
import dev.polyserve.ServerStats.RestartReason;
import dev.polyserve.WorkerInfo;
import dev.polyserve.Workers;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.jfr.JfrEvents;
import dev.polyserve.linux.process.ChildExitStatus;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.run.WorkerTotals;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// The workers of one server: started on demand, watched, replaced, and ended with the server.
///
/// Workers that die while they start are replaced after a pause that doubles from 0.1 to 30 s; workers that had served,
/// at once. Only a few start at the same time; as long as there are too few, twice as many each second. They are examined
/// twice a second, and seldom once all of them serve and nothing is heard but heartbeats.
///
/// **Thread**: the supervisor's loop, except [#stop].
final class WorkerPool {
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long MOST_TICK_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long DUMP_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int MOST_STARTING = 32;
    private static final long END_MILLIS = 500;

    private final EventLoop loop;
    private final WorkerProgram program;
    private final Workers limits;
    private final ScalingPolicy scaling;
    private final ServerContext context;
    private final List<Worker> all = new ArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final WorkerRestartBackoff pause;
    private final WorkerReplacement replacement;
    private final WorkerStatsRequester figures;
    private int nextNumber = 1;
    private int mostStarting = Math.max(2, Runtime.getRuntime().availableProcessors());
    private final WorkerCounters counters = new WorkerCounters();
    private final EventLoop.Delayed ticks;
    private final long quietTickNanos;
    private long nextTickNanos;
    private boolean changed;
    private boolean stopping;

    WorkerPool(EventLoop loop, WorkerProgram program, Workers limits, ScalingPolicy scaling, ServerContext context) {
        this.loop = loop;
        this.program = program;
        this.limits = limits;
        this.scaling = scaling;
        this.context = context;
        this.ticks = loop.prepared(this::tick);
        this.quietTickNanos = quietTickNanos(limits);
        this.pause = new WorkerRestartBackoff(now(), () -> ThreadLocalRandom.current().nextDouble(0.8, 1.2));
        this.figures = new WorkerStatsRequester(loop, this::all, context.clock());
        this.replacement = new WorkerReplacement(this, loop, limits, scaling, context);
    }

    private long now() {
        return context.clock().nanos();
    }

    /// Starts the first workers.
    void begin() {
        loop.assertOwner();
        scale();
        nextTick(TICK_NANOS);
    }

    /// A fraction of the times that the examination measures, so that it does not miss them by much.
    private static long quietTickNanos(Workers limits) {
        long nanos = ServerContext.nanos(limits.silence());
        if (!limits.recycleAge().isZero()) {
            nanos = Math.min(nanos, ServerContext.nanos(limits.recycleAge()));
        }
        return Math.clamp(nanos / 8, TICK_NANOS, MOST_TICK_NANOS);
    }

    private void nextTick(long nanos) {
        nextTickNanos = now() + nanos;
        loop.start(ticks, nanos);
    }

    /// Has the workers examined soon, because something has changed.
    void examineSoon() {
        loop.assertOwner();
        changed = true;
        if (nextTickNanos - now() > TICK_NANOS) {
            nextTick(TICK_NANOS);
        }
    }

    // --- the present workers ---

    /// The number of workers that are to stay.
    int stayingCount() {
        loop.assertOwner();
        return (int) all.stream().filter(Worker::isStaying).count();
    }

    int count(Worker.State state) {
        loop.assertOwner();
        return (int) all.stream().filter(worker -> worker.state == state && !worker.retiring).count();
    }

    /// The serving workers without a connection or datagram.
    List<Worker> idle() {
        loop.assertOwner();
        List<Worker> idle = new ArrayList<>();
        for (Worker worker : all) {
            if (worker.isSpare()) {
                idle.add(worker);
            }
        }
        return idle;
    }

    /// A serving worker without a connection or datagram, the one that was started first. A client waits for this code, which
    /// the compiler has not seen when it comes: a loop is several times faster than a stream then.
    Optional<Worker> spare() {
        loop.assertOwner();
        for (Worker worker : all) {
            if (worker.isSpare()) {
                return Optional.of(worker);
            }
        }
        return Optional.empty();
    }

    /// All workers: starting, serving or leaving.
    List<Worker> all() {
        loop.assertOwner();
        return List.copyOf(all);
    }

    /// True when no worker is replaced any more, because the server ends.
    boolean isEnding() {
        loop.assertOwner();
        return stopping || scaling.isDraining();
    }

    boolean isCrashLooping() {
        return pause.isCrashLooping();
    }

    /// Information about each worker.
    List<WorkerInfo> roll() {
        loop.assertOwner();
        long now = now();
        return all.stream().map(worker -> worker.info(now)).toList();
    }

    // --- scaling ---

    /// Starts workers until there are as many as wanted, within the limits of starting.
    void scale() {
        examineSoon();
        startWanted();
    }

    private void startWanted() {
        int wanted = scaling.wanted(this);
        while (!stopping && stayingCount() < wanted
                && count(Worker.State.BOOTING) < (pause.isDoubtful() ? 1 : mostStarting)
                && pause.isOver(now())) {
            if (!start()) {
                return;
            }
        }
    }

    private boolean start() {
        Worker worker;
        try {
            worker = new Worker(loop, nextNumber, program.start(), now());
        } catch (IOException e) {
            long nanos = pause();
            context.log().warn("a worker could not be started, which is tried again in "
                    + TimeUnit.NANOSECONDS.toMillis(nanos) + " ms: " + e.getMessage(), e);
            return false;
        }
        nextNumber++;
        all.add(worker);
        stateChanged(worker);
        JfrEvents.workerStarted(worker.number, worker.pid());
        try {
            worker.watched(_ -> listen(worker), _ -> ended(worker));
        } catch (IOException e) {
            context.log().warn("a worker could not be watched and is ended: " + e.getMessage(), e);
            kill(worker, "it could not be watched");
            return false;
        }
        worker.command(scaling.workerMain(), scaling.listeners());
        scaling.limits().ifPresent(limits -> worker.command(limits));
        scaling.certificates().ifPresent(certificates -> worker.command(certificates));
        return true;
    }

    private long pause() {
        long nanos = pause.failed(nextNumber - 1, now());
        loop.schedule(nanos, this::scale);
        return nanos;
    }

    private void tick() {
        long now = now();
        if (now - nextTickNanos > 3 * TICK_NANOS) {
            // The supervisor was stopped or starved, not the workers: their heartbeats are still to be read.
            all.forEach(worker -> worker.heartbeatNanos = now);
        }
        if (!stopping) {
            nextTick(isQuiet(now) ? quietTickNanos : TICK_NANOS); // first: an examination that fails is not the last
        }
        changed = false;
        for (Worker worker : all()) {
            examine(worker, now);
        }
        int wanted = scaling.wanted(this);
        int scale = stayingCount();
        mostStarting = scale < wanted ? Math.min(MOST_STARTING, 2 * mostStarting) : Math.max(2, mostStarting / 2);
        if (scale > wanted) {
            leastBusy().ifPresent(this::dismiss);
        }
        startWanted();
        replacement.dismissSurplus();
    }

    /// Whether nothing has changed since the last examination, and no worker is about to.
    private boolean isQuiet(long now) {
        return !changed && stayingCount() == scaling.wanted(this)
                && all.stream().allMatch(worker -> worker.isStaying() && worker.hasProvedItself(now)
                        && !worker.suspected && worker.isFlushed());
    }

    /// The serving worker with the fewest connections. A busy one qualifies only when no worker is starting, which
    /// would then be idle.
    private Optional<Worker> leastBusy() {
        boolean starting = count(Worker.State.BOOTING) > 0;
        return all.stream().filter(worker -> worker.isStaying() && worker.state == Worker.State.SERVING)
                .filter(worker -> worker.isIdle() || (!starting && scaling.mayLeave(worker)))
                .min(Comparator.comparingInt(worker -> worker.served.size()));
    }

    private void examine(Worker worker, long now) {
        if (worker.isStuck()) {
            kill(worker,
                    "it does not read its commands, of which " + WorkerControlChannel.MOST_WAITING_BYTES
                            + " bytes wait");
            return;
        }
        boolean told = worker.flush();
        switch (worker.state) {
            case BOOTING -> {
                // Counted from the last heartbeat, not from the start: the supervisor may have been stopped meanwhile.
                // A worker that has not received its first command cannot serve.
                if (told && now - worker.heartbeatNanos > ServerContext.nanos(limits.boot())) {
                    kill(worker, "it did not serve within " + limits.boot().toMillis() + " ms");
                }
            }
            case SERVING -> {
                if (now - worker.heartbeatNanos > ServerContext.nanos(limits.silence()) && !worker.suspected) {
                    suspect(worker);
                } else {
                    replacement.recycleIfDue(worker, now);
                }
                if (worker.hasProvedItself(now)) {
                    pause.works(worker.number);
                }
            }
            case LEAVING, GONE -> {
                // Its connections end it, or their deadline does.
            }
        }
    }

    /// Requests a thread dump from a worker with a stuck accept loop, and kills the worker soon after.
    private void suspect(Worker worker) {
        worker.suspected = true;
        context.log().warn(worker + " has been silent for " + limits.silence().toMillis()
                + " ms: it is asked what it is doing, and then killed", null);
        worker.command(new WorkerCommand.DumpThreads());
        loop.schedule(DUMP_NANOS, () -> killIf(worker, () -> worker.suspected, "its accept loop was stuck"));
    }

    /// Sends a worker the command to end.
    void dismiss(Worker worker) {
        loop.assertOwner();
        if (worker.state == Worker.State.BOOTING || worker.state == Worker.State.SERVING) {
            worker.leaves(new WorkerCommand.Drain(context.options().timeouts().drain().toMillis()));
            stateChanged(worker);
        }
    }

    /// Kills a worker, unless the events that have arrived by now remove the reason: the supervisor may have been
    /// stopped while they arrived.
    void killIf(Worker worker, BooleanSupplier reason, String why) {
        loop.assertOwner();
        if (worker.isHeard()) {
            listen(worker);
        }
        if (reason.getAsBoolean() && worker.state != Worker.State.GONE) {
            kill(worker, why);
        }
    }

    /// Kills a worker, for this reason.
    void kill(Worker worker, String why) {
        try {
            worker.kill(why);
        } catch (IOException e) {
            context.log().warn(worker + " could not be killed: " + e.getMessage(), e);
        }
    }

    // --- their events ---

    private void listen(Worker worker) {
        loop.turnBegins();
        try {
            for (WorkerControlChannel.Received received; (received = worker.channel.receive()) != null;) {
                if (received.messages().isEmpty()) {
                    // The worker has closed its side or is dead: the watch of its process reports its end.
                    worker.forgetLink();
                    return;
                }
                requireEvents(received);
                received.messages().forEach(message -> hear(worker, message));
            }
        } catch (IOException e) {
            context.log().warn(worker + " cannot be understood and is ended: " + e.getMessage(), e);
            worker.forgetLink();
            kill(worker, "it could not be understood");
        }
    }

    /// Checks that a packet contains events only. Only commands have descriptors; those in a worker's packet would stay
    /// open here.
    private static void requireEvents(WorkerControlChannel.Received received) throws IOException {
        if (!received.messages().stream().allMatch(WorkerEventMessage.class::isInstance)) {
            received.closeDescriptors();
            throw new IOException("it sends commands: " + received.messages());
        }
    }

    private void hear(Worker worker, WorkerMessage message) {
        if (!(message instanceof WorkerEventMessage.Heartbeat)) {
            examineSoon();
        }
        switch (message) {
            case WorkerCommand command -> throw new IllegalStateException("a command from a worker: " + command);
            case WorkerEventMessage.Ready _ -> ready(worker);
            case WorkerEventMessage.CommandAcknowledged _ -> {
                worker.acknowledged();
                scaling.changed();
            }
            case WorkerEventMessage.EndRequested request -> replacement.endRequested(worker, request.signal());
            case WorkerEventMessage.TlsChecked outcome -> checked(worker, outcome);
            case WorkerEventMessage.Heartbeat beat -> beat(worker, beat);
            case WorkerEventMessage.ThreadDump dumped ->
                context.log().warn(worker + " is doing this:\n" + dumped.text(), null);
            case WorkerEventMessage.ConnectionTaken _, WorkerEventMessage.HandlerStarted _, WorkerEventMessage.HandlerFailed _, WorkerEventMessage.ConnectionRejected _ ->
                worker.told(message);
            case WorkerEventMessage.ConnectionClosed over -> {
                counters.closed(worker.number, over.bytesIn(), over.bytesOut());
                finished(worker, over);
            }
            case WorkerEventMessage.DatagramAnswered answered -> finished(worker, answered);
            case WorkerEventMessage.ConnectionAccepted _, WorkerEventMessage.RequestHandled _, WorkerEventMessage.LimitReached _, WorkerEventMessage.AcceptFailed _, WorkerEventMessage.ListenerDown _, WorkerEventMessage.DatagramFailed _, WorkerEventMessage.LoopStalled _ ->
                scaling.told(worker, (WorkerEventMessage) message);
        }
    }

    private void finished(Worker worker, WorkerEventMessage event) {
        worker.told(event);
        pause.works(worker.number);
        scaling.changed();
    }

    private void checked(Worker worker, WorkerEventMessage.TlsChecked outcome) {
        if (outcome.number() == 0) {
            worker.startFailure = outcome.problem();
        }
        scaling.checked(outcome);
    }

    private void beat(Worker worker, WorkerEventMessage.Heartbeat beat) {
        long now = now();
        worker.beat(now, !beat.figures().upstreams().isEmpty());
        counters.beat(worker.info(now), beat.figures());
        figures.reported(worker);
    }

    private void stateChanged(Worker worker) {
        counters.is(worker.info(now()));
    }

    /// What the workers have reported that they count. **Thread**: any.
    WorkerTotals counters() {
        return counters.totals();
    }

    /// Asks for what the workers count now. **Thread**: any.
    WorkerStatsRequester figures() {
        return figures;
    }

    private void ready(Worker worker) {
        if (worker.state == Worker.State.BOOTING) {
            worker.serves(now());
            stateChanged(worker);
            scaling.ready(worker);
            replacement.dismissOne();
        }
    }

    // --- their ends ---

    private void ended(Worker worker) {
        loop.turnBegins();
        if (worker.isHeard()) {
            // Its last events first.
            listen(worker);
        }
        Optional<ChildExitStatus> exit;
        try {
            exit = worker.child.poll();
        } catch (IOException e) {
            context.log().warn(worker + " has ended, but not how: " + e.getMessage(), e);
            exit = Optional.empty();
        }
        boolean asked = worker.state == Worker.State.LEAVING || stopping;
        boolean early = worker.state == Worker.State.BOOTING || worker.isShortLived(now());
        RestartReason reason = worker.restartReason();
        String exitSummary = worker.exitSummary(exit, now());
        worker.reap(exitSummary);
        counters.ended(worker.number);
        figures.reported(worker);
        JfrEvents.workerEnded(worker.number, worker.pid(), exitSummary, Duration.ofNanos(now() - worker.startedNanos));
        all.remove(worker);
        scaling.changed();
        if (stopping) {
            tellIfAllEnded();
        } else if (exit.isPresent() && exit.get().how().equals(new ChildExitStatus.Code(WorkerEnvironment.FATAL))) {
            scaling.hopeless(exitSummary + ", which says that no other one would do better");
        } else if (worker.startFailure.filter(scaling::startFailed).isPresent()) {
            long _ = pause(); // until the server is closed
        } else if (!asked && context.draining()) {
            context.log().warn(exitSummary, null); // no worker is wanted any more
        } else if (!asked) {
            if (!worker.retiring) { // else it was counted before
                countRestart(reason);
            }
            replace(exitSummary, early);
        }
        scale();
    }

    /// Counts a worker that replaces another one.
    void countRestart(RestartReason reason) {
        counters.restarted(reason);
    }

    private void replace(String exitSummary, boolean early) {
        if (!early) {
            context.log().warn(exitSummary + "; another one is started", null);
            return;
        }
        long nanos = pause();
        context.log().warn(exitSummary + "; another one is started in " + TimeUnit.NANOSECONDS.toMillis(nanos) + " ms"
                + (pause.isCrashLooping()
                        ? ": crash-looping, " + pause.failures() + " in a row have ended as soon as they were started"
                        : ""),
                null);
    }

    private void tellIfAllEnded() {
        if (all.isEmpty()) {
            ended.countDown();
        }
    }

    /// Ends all workers: serving workers see the end of their control channel, and those that do not exit are killed.
    /// **Thread**: any but the loop's.
    void stop() {
        loop.post(() -> {
            stopping = true;
            for (Worker worker : all()) {
                worker.release();
                if (worker.state == Worker.State.BOOTING) {
                    kill(worker, "the server stopped before it served");
                }
            }
            tellIfAllEnded();
        });
        try {
            if (!ended.await(END_MILLIS, TimeUnit.MILLISECONDS)) {
                loop.post(() -> all().forEach(worker -> kill(worker, "it did not end with the server")));
                if (!ended.await(END_MILLIS, TimeUnit.MILLISECONDS)) {
                    context.log().warn("some worker processes did not end with the server", null);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
