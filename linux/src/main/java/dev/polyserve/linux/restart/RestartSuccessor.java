package dev.polyserve.linux.restart;

import dev.polyserve.Endpoint;
import dev.polyserve.Networks;
import dev.polyserve.io.HostResolver;
import dev.polyserve.io.SocketFile;
import dev.polyserve.linux.process.ChildProcess;
import dev.polyserve.linux.process.ChildExitStatus;
import dev.polyserve.linux.process.NonChildProcess;
import dev.polyserve.linux.process.NonInheritedVariables;
import dev.polyserve.linux.process.ChildProgram;
import dev.polyserve.linux.process.CurrentProgram;
import dev.polyserve.linux.socket.SeqpacketSocket;
import dev.polyserve.linux.system.DescriptorMessage;
import dev.polyserve.linux.system.ProcessCalls;
import dev.polyserve.linux.system.SystemCallException;
import dev.polyserve.tls.SelfSignedCertificate;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/// A new program that is to take over from this one.
///
/// ```
///   STARTED ──reports ready──▶ CONFIRMED ──reports that it has taken over──▶ replaced: our files stay
///      │                           └──its end, a time limit──▶ failed
///      ├──its end, the deadline──▶ failed: it is killed, and this program serves on
///      └──cancel──▶ CANCELLED: it is killed
///   replaced ──release, our end──▶ it takes the admin endpoint
/// ```
///
/// **Thread**: one, except [#cancel], any.
public final class RestartSuccessor {
    /// The most older generations that may still let connections end, besides the one that is restarted.
    private static final int MOST_OLDER = 3;
    private static final Duration REAPED = Duration.ofSeconds(1);
    /// How long a confirmed program may take to put its pid file and control socket in place.
    private static final Duration TAKE_OVER = Duration.ofSeconds(10);

    private enum Phase {
        STARTED, CONFIRMED, CANCELLED
    }

    private final ChildProcess child;
    private final SeqpacketSocket channel;
    private final List<RestartMessage.Slot> sockets;
    /// Decides between [#cancel] and the confirmation: only one of them takes effect.
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.STARTED);

    private RestartSuccessor(ChildProcess child, SeqpacketSocket channel, List<RestartMessage.Slot> sockets) {
        this.child = child;
        this.channel = channel;
        this.sockets = sockets;
    }

    /// The parameters of a successor.
    ///
    /// @param command its command line
    /// @param asked the endpoints as this program requested them
    /// @param real their real endpoints, in the same order; several for a name with several addresses
    /// @param predecessor the program that this one has taken over from, if any
    public record Plan(List<String> command, List<Endpoint> asked, List<Endpoint> real,
            Optional<RestartPredecessor> predecessor) {}

    /// Starts the program and sends it our sockets, which stay open here, too.
    ///
    /// @throws IOException with the reason why it could not be started
    public static RestartSuccessor start(Plan plan) throws IOException {
        List<RestartMessage.Slot> slots = slots(plan);
        List<Long> older = plan.predecessor.map(RestartPredecessor::older).orElse(List.of()).stream()
                .filter(NonChildProcess::isRunning).toList();
        if (older.size() >= MOST_OLDER) {
            throw new IOException("older programs still serve their last connections (processes " + older
                    + "); wait for them, or end them with a TERM signal");
        }
        List<Integer> numbers = new ArrayList<>();
        BoundSocketScan open = BoundSocketScan.now();
        for (RestartMessage.Slot slot : slots) {
            numbers.add(open.at(slot.real()));
        }
        if (numbers.size() > DescriptorMessage.MOST_DESCRIPTORS) {
            throw new IOException("a new program takes over at most " + DescriptorMessage.MOST_DESCRIPTORS
                    + " sockets, and this server has " + numbers.size() + "; stop it and start it again");
        }
        List<Long> olderThanIt = new ArrayList<>(List.of(ProcessHandle.current().pid()));
        olderThanIt.addAll(older);
        int generation = plan.predecessor.map(RestartPredecessor::generation).orElse(0) + 1;
        return start(plan.command, new RestartMessage(generation, olderThanIt, SelfSignedCertificate.encoded(), slots),
                numbers);
    }

    /// The endpoints of each socket: a host name has a socket for each of its addresses.
    private static List<RestartMessage.Slot> slots(Plan plan) throws IOException {
        boolean each = plan.asked.size() == plan.real.size();
        List<RestartMessage.Slot> slots = new ArrayList<>();
        for (int i = 0; i < plan.asked.size(); i++) {
            Endpoint endpoint = plan.asked.get(i);
            for (int left = each ? 1 : HostResolver.each(endpoint).size(); left > 0; left--) {
                int next = slots.size();
                if (next < plan.real.size()) {
                    slots.add(new RestartMessage.Slot(i, endpoint, plan.real.get(next)));
                } else {
                    throw notKnown(plan);
                }
            }
        }
        if (slots.size() < plan.real.size()) {
            throw notKnown(plan);
        }
        return slots;
    }

    private static IOException notKnown(Plan plan) {
        return new IOException("the sockets cannot be handed on, because it is not known which belong to which of "
                + plan.asked + "; stop the server and start it again");
    }

    private static RestartSuccessor start(List<String> command, RestartMessage restartState, List<Integer> numbers)
            throws IOException {
        SeqpacketSocket.Pair pair = SeqpacketSocket.pair();
        try {
            ChildProgram program = new ChildProgram(command, environment(), CurrentProgram.directory(), false);
            ChildProcess child = program.start(0, 1, 2, pair.theirs().number());
            RestartSuccessor started = new RestartSuccessor(child, pair.ours(), restartState.sockets());
            started.tell(restartState, numbers);
            return started;
        } catch (IOException | RuntimeException | Error e) {
            pair.ours().close();
            throw e;
        } finally {
            pair.theirs().close();
        }
    }

    /// Sends the state and the sockets. When that fails, the new program is killed at once: it would wait for its
    /// sockets, and then fail.
    private void tell(RestartMessage restartState, List<Integer> numbers) throws IOException {
        int[] descriptors = numbers.stream().mapToInt(Integer::intValue).toArray();
        try {
            SystemCallException.require("sendmsg", channel.send(restartState.written(), descriptors));
        } catch (IOException | RuntimeException | Error e) {
            killAfter(e);
            throw e;
        }
    }

    private void killAfter(Throwable failure) {
        try (child) {
            Optional<ChildExitStatus> _ = kill();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private Optional<ChildExitStatus> kill() throws IOException {
        child.signal(ProcessCalls.SIGKILL);
        return child.await(REAPED);
    }

    /// Our environment without the variables for this process alone. The reports to the service manager come from the
    /// new program from then on.
    private static Map<String, String> environment() {
        Map<String, String> environment = CurrentProgram.environment();
        environment.keySet().removeAll(NonInheritedVariables.SOCKETS);
        environment.remove(NonInheritedVariables.WATCHED);
        environment.put(NonInheritedVariables.TAKES_OVER, Integer.toString(SeqpacketSocket.INHERITED));
        return environment;
    }

    /// The number of its process.
    public int pid() {
        return child.pid();
    }

    /// Waits until the program serves, sends it our bans, confirms that it replaces this one, and waits until it has taken
    /// over. From then on the files of our Unix sockets belong to it.
    ///
    /// @param bans returns the addresses that are refused, and how long they still are
    /// @throws IOException with the reason why it does not serve; the program is dead then
    public void handOver(Duration atMost, Supplier<Map<Networks, Duration>> bans) throws IOException {
        boolean taken = false;
        try {
            require(RestartPredecessor.READY, atMost);
            // Before the confirmation: from then on the end of this program must leave the files.
            sockets.forEach(slot -> slot.file().ifPresent(SocketFile::leave));
            try {
                for (ByteBuffer packet : RestartBansMessage.packets(bans.get())) {
                    SystemCallException.require("sendmsg", channel.send(packet, TAKE_OVER));
                }
                confirm();
                require(RestartPredecessor.TAKEN_OVER, TAKE_OVER);
                taken = true;
            } catch (IOException | RuntimeException | Error e) {
                sockets.forEach(slot -> slot.file().ifPresent(SocketFile::own));
                throw e;
            }
        } finally {
            if (!taken) {
                channel.close();
            }
        }
    }

    /// Reports to the program that has taken over that what only one program can have is free. The end of this program
    /// reports it, too.
    public void release() throws IOException {
        channel.close();
    }

    private void require(String report, Duration atMost) throws IOException {
        Optional<SeqpacketSocket.Packet> packet = channel.await(TimeUnit.NANOSECONDS.convert(atMost));
        if (packet.isEmpty() || !packet.get().isText(report)) {
            throw new IOException(whyNot(packet.isPresent(), atMost));
        }
    }

    private void confirm() throws IOException {
        if (!phase.compareAndSet(Phase.STARTED, Phase.CONFIRMED)) {
            throw new IOException(whyNot(false, Duration.ZERO));
        }
        int sent = channel.send(StandardCharsets.UTF_8.encode(RestartPredecessor.CONFIRMED), TAKE_OVER);
        if (sent < 0) {
            throw new IOException(whyNot(true, Duration.ZERO));
        }
    }

    private String whyNot(boolean hasEnded, Duration atMost) throws IOException {
        Optional<ChildExitStatus> exit = hasEnded ? child.await(REAPED) : Optional.empty();
        if (exit.isEmpty()) {
            exit = kill();
        }
        child.close();
        if (phase.get() == Phase.CANCELLED) {
            return "it was called off";
        }
        return hasEnded
                ? "the new program (process " + pid() + ") ended before it served: "
                        + exit.map(ChildExitStatus::text).orElse("unknown exit status") + "; see what it has said"
                : "the new program (process " + pid() + ") did not serve within " + atMost.toMillis()
                        + " ms and was killed";
    }

    /// Cancels the restart: the program is killed, unless it was confirmed. **Thread**: any.
    public void cancel() throws IOException {
        if (phase.compareAndSet(Phase.STARTED, Phase.CANCELLED)) {
            child.signal(ProcessCalls.SIGKILL);
        }
    }
}
