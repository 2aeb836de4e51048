package dev.polyserve.linux.worker;

import dev.polyserve.WorkerInfo;
import dev.polyserve.linux.process.Child;
import dev.polyserve.linux.process.Exit;
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

/// One worker process, as its supervisor knows it.
///
/// ```
///   BOOTING ──Ready──▶ SERVING ──told to, or replaced──▶ LEAVING
///      └──────────────────┴──────── it ends ───────────────┴──▶ GONE
/// ```
///
/// **Thread**: the supervisor's loop.
final class Worker {
    private static final long SHORT_LIFE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /// How far it is.
    enum State {
        BOOTING, SERVING, LEAVING, GONE
    }

    final int number;
    final Child child;
    final ControlChannel channel;
    final long startedNanos;
    /// What it serves, by the numbers that it and its supervisor use.
    final Map<Long, Assignment> served = new HashMap<>();
    State state = State.BOOTING;
    /// When its accept loop was last heard to turn.
    long heartbeatNanos;
    /// Whether it was told to dump its threads, and is killed next.
    boolean suspected;
    /// Whether it is to leave as soon as another one serves in its place.
    boolean retiring;
    /// Why we ended it, if we did.
    Optional<String> killedBecause = Optional.empty();
    /// Commands come from any thread.
    private volatile boolean stuck;
    private long connections;
    private long servesSinceNanos;
    private WorkerEvent.Heartbeat lastHeartbeat = new WorkerEvent.Heartbeat(0, 0, 0, 0);
    /// How often it was told whether to accept, or to leave, and has not answered yet.
    private int unheeded;
    private Multiplexer.@Nullable Watch linkWatch;
    private Multiplexer.@Nullable Watch endWatch;

    Worker(int number, WorkerProgram.Started started, long nowNanos) {
        this.number = number;
        this.child = started.child();
        this.channel = started.channel();
        this.startedNanos = nowNanos;
        this.heartbeatNanos = nowNanos;
    }

    /// A connection or datagram that it serves.
    interface Assignment {
        /// It has told something about it.
        void told(WorkerEvent event);

        /// The server drains: it may come to its end.
        default void drains() {
            // What takes no time ends by itself.
        }

        /// It ended without a word about this one.
        void lost(IOException why);
    }

    /// Its link and its end are told from now on.
    void watched(EventLoop loop, Multiplexer.Ready heard, Multiplexer.Ready ended) throws IOException {
        linkWatch = loop.watch(channel.source(), Multiplexer.READ, heard);
        endWatch = loop.watch(child.end(), Multiplexer.READ, ended);
    }

    /// Whether something may still come through its link.
    boolean isHeard() {
        return linkWatch != null;
    }

    /// Nothing more comes through its link.
    void forgetLink(EventLoop loop) {
        Multiplexer.Watch watch = linkWatch;
        if (watch != null) {
            linkWatch = null;
            loop.forget(watch);
        }
    }

    /// Lets it see the end of its link.
    void release(EventLoop loop) {
        forgetLink(loop);
        try {
            channel.close();
        } catch (IOException e) {
            // The descriptor is released whatever close reports, which is all that it is to see.
            assert linkWatch == null;
        }
    }

    /// It is dead and reaped; what it served is lost, for this reason.
    void reap(EventLoop loop, String exitSummary) {
        state = State.GONE;
        release(loop);
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

    /// It serves from now on.
    void serves(long nowNanos) {
        state = State.SERVING;
        servesSinceNanos = nowNanos;
        heartbeatNanos = nowNanos;
    }

    /// Whether it has ended as soon as it served, so that another one would, too.
    boolean isShortLived(long nowNanos) {
        return state == State.SERVING && connections == 0 && nowNanos - servesSinceNanos < SHORT_LIFE_NANOS;
    }

    /// Its accept loop turns.
    ///
    /// @return what it has told the time before
    WorkerEvent.Heartbeat beat(WorkerEvent.Heartbeat beat, long nowNanos) {
        WorkerEvent.Heartbeat before = lastHeartbeat;
        lastHeartbeat = beat;
        heartbeatNanos = nowNanos;
        suspected = false;
        return before;
    }

    /// Tells it to come to its end. One that accepts answers when it does so no more.
    void leaves(WorkerCommand.Drain command) {
        if (state == State.SERVING) {
            unheeded++;
        }
        state = State.LEAVING;
        command(command);
    }

    /// Tells it whether to accept, which it answers.
    void accepts(boolean allowed) {
        unheeded++;
        command(new WorkerCommand.SetAccepting(allowed));
    }

    /// It has answered, or ends by itself, which nobody has asked it for.
    void heeds() {
        unheeded = Math.max(0, unheeded - 1);
    }

    boolean hasAcknowledged() {
        return unheeded == 0;
    }

    /// Whether it has served for a while, so that there is nothing wrong with workers as such.
    boolean hasProvedItself(long nowNanos) {
        return state == State.SERVING && nowNanos - servesSinceNanos >= SHORT_LIFE_NANOS;
    }

    /// Hands on what it tells about something that it serves.
    void told(ControlMessage message) {
        switch (message) {
            case WorkerEvent.ConnectionTaken taken -> told(taken.id(), taken);
            case WorkerEvent.HandlerStarted opened -> told(opened.id(), opened);
            case WorkerEvent.HandlerFailed threw -> told(threw.id(), threw);
            case WorkerEvent.ConnectionRejected rejected -> told(rejected.id(), rejected);
            case WorkerEvent.ConnectionClosed over -> {
                told(over.id(), over);
                served.remove(over.id());
            }
            case WorkerEvent.DatagramAnswered answered -> {
                told(answered.id(), answered);
                served.remove(answered.id());
            }
            case WorkerCommand _, WorkerEvent.Ready _, WorkerEvent.ConnectionAccepted _, WorkerEvent.CommandAcknowledged _, WorkerEvent.RequestHandled _, WorkerEvent.Heartbeat _, WorkerEvent.LimitReached _, WorkerEvent.AcceptFailed _, WorkerEvent.ListenerDown _, WorkerEvent.DatagramFailed _, WorkerEvent.LoopStalled _, WorkerEvent.ThreadDump _ ->
                throw new IllegalArgumentException("of no connection: " + message);
        }
    }

    private void told(long id, WorkerEvent event) {
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

    /// Counts one more that it serves.
    void serves(long id, Assignment what) {
        connections++;
        served.put(id, what);
    }

    /// What is to be known about it.
    WorkerInfo info(long nowNanos) {
        WorkerInfo.State how = switch (state) {
            case BOOTING -> WorkerInfo.State.BOOTING;
            case SERVING -> WorkerInfo.State.SERVING;
            case LEAVING, GONE -> WorkerInfo.State.LEAVING;
        };
        return new WorkerSnapshot(number, pid(), how, served.size(), connections,
                Duration.ofNanos(nowNanos - startedNanos));
    }

    /// What the buffers of its connections occupy, as it has last told.
    long bufferedBytes() {
        return lastHeartbeat.bufferedBytes();
    }

    /// How many it has served so far.
    long connections() {
        return connections;
    }

    boolean isStaff() {
        return !retiring && (state == State.BOOTING || state == State.SERVING);
    }

    /// Sends a command, now or when the channel takes it. One for which there is no room is dropped, and the worker [#isStuck] from
    /// then on.
    void command(WorkerCommand command, int... descriptors) {
        if (!channel.send(command, descriptors)) {
            stuck = true;
        }
        flush();
    }

    /// Whether it has not read its commands for so long that one was dropped: it cannot serve as it should any more.
    boolean isStuck() {
        return stuck;
    }

    /// Goes on sending what waits.
    ///
    /// @return whether nothing is left
    boolean flush() {
        try {
            return channel.flush();
        } catch (IOException e) {
            // It is gone, or about to: its end is told by its process.
            return true;
        }
    }

    /// Ends it at once, for this reason.
    void kill(String why) throws IOException {
        if (killedBecause.isEmpty()) {
            killedBecause = Optional.of(why);
        }
        child.signalGroup(ProcessCalls.SIGKILL);
    }

    /// One sentence about how it ended.
    String exitSummary(Optional<Exit> exit, long nowNanos) {
        return this + " ended after " + TimeUnit.NANOSECONDS.toMillis(nowNanos - startedNanos) + " ms: "
                + exit.map(Exit::text).orElse("nobody knows how")
                + killedBecause.map(why -> " (by us: " + why + ")").orElse("");
    }

    @Override
    public String toString() {
        return "worker " + number + " (pid " + pid() + ")";
    }
}
