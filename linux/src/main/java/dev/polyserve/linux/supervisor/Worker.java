package dev.polyserve.linux.supervisor;

import dev.polyserve.linux.control.WorkerControlChannel;
import dev.polyserve.linux.control.WorkerMessage;
import dev.polyserve.linux.control.WorkerCommand;
import dev.polyserve.linux.control.WorkerEventMessage;
import dev.polyserve.ServerStats.RestartReason;
import dev.polyserve.WorkerInfo;
import dev.polyserve.linux.process.ChildProcess;
import dev.polyserve.linux.process.ChildExitStatus;
import dev.polyserve.linux.system.ProcessCalls;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.loop.Multiplexer;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A worker process, as its supervisor sees it.
///
/// ```
///   BOOTING ──Ready──▶ SERVING ──Drain──▶ LEAVING
///      └──────────────────┴─────── it ends ─────────────┴──▶ GONE
/// ```
///
/// **Thread**: the supervisor's loop.
final class Worker {
    private static final long SHORT_LIFE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /// The stage of its life.
    enum State {
        BOOTING, SERVING, LEAVING, GONE
    }

    private final EventLoop loop;
    final int number;
    final ChildProcess child;
    final WorkerControlChannel channel;
    final long startedNanos;
    /// The connections and datagrams that it serves, by the numbers that it shares with the supervisor.
    final Map<Long, Assignment> served = new HashMap<>();
    State state = State.BOOTING;
    /// The time of the last heartbeat of its accept loop.
    long heartbeatNanos;
    private boolean hasUpstreams;
    /// True after the command to dump its threads, before the worker is killed.
    boolean suspected;
    /// True when it is to leave as soon as another worker serves in its place.
    boolean retiring;
    /// The number of signals that have asked it to end, except those that concern the whole server.
    int endSignals;
    /// The reason if the supervisor killed it.
    Optional<String> killedBecause = Optional.empty();
    /// The reason to replace it once it serves, if it ends without a command.
    private RestartReason restartReason = RestartReason.CRASH;
    /// Why it could not start, if it has said so.
    Optional<String> startFailure = Optional.empty();
    /// Volatile: commands come from any thread.
    private volatile boolean stuck;
    private long connections;
    private long servesSinceNanos;
    /// The number of commands about accepting or leaving that it has not acknowledged yet.
    private int unacknowledged;
    private Multiplexer.@Nullable Watch linkWatch;
    private Multiplexer.@Nullable Watch endWatch;

    Worker(EventLoop loop, int number, WorkerProgram.Started started, long nowNanos) {
        this.loop = loop;
        this.number = number;
        this.child = started.child();
        this.channel = started.channel();
        this.startedNanos = nowNanos;
        this.heartbeatNanos = nowNanos;
    }

    /// A connection or datagram that it serves.
    interface Assignment {
        /// Handles an event about this assignment.
        void told(WorkerEventMessage event);

        /// Called when the server drains, or when a signal asks the worker to end: the assignment may end.
        default void drains() {
            // A short assignment ends by itself.
        }

        /// Called when the worker ended without reporting the end of this assignment.
        void lost(IOException why);
    }

    /// Watches its control channel and its process.
    void watched(Multiplexer.Ready heard, Multiplexer.Ready ended) throws IOException {
        linkWatch = loop.watch(channel.source(), Multiplexer.READ, heard);
        endWatch = loop.watch(child.end(), Multiplexer.READ, ended);
    }

    /// True while events may still arrive through its control channel.
    boolean isHeard() {
        return linkWatch != null;
    }

    /// Stops watching its control channel.
    void forgetLink() {
        loop.assertOwner();
        Multiplexer.Watch watch = linkWatch;
        if (watch != null) {
            linkWatch = null;
            loop.forget(watch);
        }
    }

    /// Closes the control channel: the worker sees the end.
    void release() {
        forgetLink();
        try {
            channel.close();
        } catch (IOException e) {
            // The descriptor is released whatever close reports; the worker sees the end in any case.
            assert linkWatch == null;
        }
    }

    /// Called when the process has ended and is reaped: its assignments are lost, for this reason.
    void reap(String exitSummary) {
        loop.assertOwner();
        state = State.GONE;
        release();
        Multiplexer.Watch watch = endWatch;
        if (watch != null) {
            endWatch = null;
            loop.forget(watch);
        }
        try {
            child.close();
        } catch (IOException e) {
            // As above.
            assert endWatch == null;
        }
        List<Assignment> lost = List.copyOf(served.values());
        served.clear();
        lost.forEach(one -> one.lost(new IOException(exitSummary)));
    }

    /// Marks it as serving.
    void serves(long nowNanos) {
        loop.assertOwner();
        state = State.SERVING;
        servesSinceNanos = nowNanos;
        heartbeatNanos = nowNanos;
    }

    /// True when it ended as soon as it served, so that another worker would do so, too.
    boolean isShortLived(long nowNanos) {
        return state == State.SERVING && connections == 0 && nowNanos - servesSinceNanos < SHORT_LIFE_NANOS;
    }

    /// Records a heartbeat of its accept loop.
    ///
    /// @param upstreams whether it reports figures of upstreams
    void beat(long nowNanos, boolean upstreams) {
        loop.assertOwner();
        hasUpstreams = upstreams;
        heartbeatNanos = nowNanos;
        suspected = false;
    }

    /// Sends the command to end. A worker that accepts acknowledges when it has stopped accepting.
    void leaves(WorkerCommand.Drain command) {
        loop.assertOwner();
        if (state == State.SERVING) {
            unacknowledged++;
        }
        state = State.LEAVING;
        command(command);
    }

    /// Sends the command to accept or not to accept, which the worker acknowledges.
    void accepts(boolean allowed) {
        loop.assertOwner();
        unacknowledged++;
        command(new WorkerCommand.SetAccepting(allowed));
    }

    /// Records an acknowledgement. A worker that ends by itself sends one without a command.
    void acknowledged() {
        loop.assertOwner();
        unacknowledged = Math.max(0, unacknowledged - 1);
    }

    boolean hasAcknowledged() {
        return unacknowledged == 0;
    }

    /// True when it has served for a while, which proves that workers start and serve.
    boolean hasProvedItself(long nowNanos) {
        return state == State.SERVING && nowNanos - servesSinceNanos >= SHORT_LIFE_NANOS;
    }

    /// Passes an event to the assignment that it concerns.
    void told(WorkerMessage message) {
        loop.assertOwner();
        switch (message) {
            case WorkerEventMessage.ConnectionTaken taken -> told(taken.id(), taken);
            case WorkerEventMessage.HandlerStarted opened -> told(opened.id(), opened);
            case WorkerEventMessage.HandlerFailed threw -> told(threw.id(), threw);
            case WorkerEventMessage.ConnectionRejected rejected -> told(rejected.id(), rejected);
            case WorkerEventMessage.ConnectionClosed over -> {
                told(over.id(), over);
                served.remove(over.id());
            }
            case WorkerEventMessage.DatagramAnswered answered -> {
                told(answered.id(), answered);
                served.remove(answered.id());
            }
            case WorkerCommand _, WorkerEventMessage.Ready _, WorkerEventMessage.ConnectionAccepted _, WorkerEventMessage.CommandAcknowledged _, WorkerEventMessage.RequestHandled _, WorkerEventMessage.EndRequested _, WorkerEventMessage.Heartbeat _, WorkerEventMessage.TlsChecked _, WorkerEventMessage.LimitReached _, WorkerEventMessage.AcceptFailed _, WorkerEventMessage.ListenerDown _, WorkerEventMessage.DatagramFailed _, WorkerEventMessage.LoopStalled _, WorkerEventMessage.ThreadDump _ ->
                throw new IllegalArgumentException("of no connection: " + message);
        }
    }

    private void told(long id, WorkerEventMessage event) {
        Assignment what = served.get(id);
        if (what != null) {
            what.told(event);
        }
    }

    int pid() {
        return child.pid();
    }

    boolean isIdle() {
        return served.isEmpty();
    }

    /// Whether it has reported figures of upstreams.
    boolean hasUpstreams() {
        return hasUpstreams;
    }

    /// True when it can be given a connection or datagram.
    boolean isSpare() {
        return state == State.SERVING && !retiring && isIdle();
    }

    /// Adds an assignment.
    void serves(long id, Assignment what) {
        loop.assertOwner();
        connections++;
        served.put(id, what);
    }

    /// Information about the worker.
    WorkerInfo info(long nowNanos) {
        loop.assertOwner();
        WorkerInfo.State how = switch (state) {
            case BOOTING -> WorkerInfo.State.BOOTING;
            case SERVING -> WorkerInfo.State.SERVING;
            case LEAVING, GONE -> WorkerInfo.State.LEAVING;
        };
        return new WorkerSnapshot(number, pid(), how, served.size(), connections,
                Duration.ofNanos(nowNanos - startedNanos));
    }

    /// The number of assignments so far.
    long connections() {
        return connections;
    }

    boolean isStaying() {
        return !retiring && (state == State.BOOTING || state == State.SERVING);
    }

    /// Sends a command, now or when the channel accepts it. A command for which there is no room is dropped, and
    /// [#isStuck] is true from then on. **Thread**: any.
    void command(WorkerCommand command, int... descriptors) {
        if (!channel.send(command, descriptors)) {
            stuck = true;
        }
        flush();
    }

    /// True when a command was dropped because the worker did not read its commands: it cannot serve correctly any
    /// more.
    boolean isStuck() {
        return stuck;
    }

    /// Sends waiting commands.
    ///
    /// @return whether none is left
    boolean flush() {
        try {
            return channel.flush();
        } catch (IOException e) {
            // The worker is gone or about to end: the watch of its process reports that.
            return true;
        }
    }

    /// True when no command waits to be sent.
    boolean isFlushed() {
        return channel.isFlushed();
    }

    /// Kills the process, for this reason.
    void kill(String why) throws IOException {
        loop.assertOwner();
        if (killedBecause.isEmpty()) {
            killedBecause = Optional.of(why);
            restartReason = suspected ? RestartReason.SILENCE : RestartReason.UNRESPONSIVE;
        }
        child.signalGroup(ProcessCalls.SIGKILL);
    }

    /// Why another one is started in its place, when it has ended without a command.
    RestartReason restartReason() {
        loop.assertOwner();
        return state == State.BOOTING ? RestartReason.START : restartReason;
    }

    /// One sentence that describes how it ended.
    String exitSummary(Optional<ChildExitStatus> exit, long nowNanos) {
        return this + " ended after " + TimeUnit.NANOSECONDS.toMillis(nowNanos - startedNanos) + " ms: "
                + exit.map(ChildExitStatus::text).orElse("unknown exit status")
                + killedBecause.map(why -> " (by us: " + why + ")").orElse("")
                + startFailure.map(why -> " (" + why + ")").orElse("");
    }

    @Override
    public String toString() {
        return "worker " + number + " (pid " + pid() + ")";
    }
}
