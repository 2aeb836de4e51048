package dev.polyserve.linux.restart;

import dev.polyserve.Endpoint;
import dev.polyserve.Networks;
import dev.polyserve.io.SocketFile;
import dev.polyserve.linux.process.NonInheritedVariables;
import dev.polyserve.linux.socket.PreopenedSockets;
import dev.polyserve.linux.socket.SeqpacketSocket;
import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.DescriptorCalls;
import dev.polyserve.tls.SelfSignedCertificate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/// The program that this one takes over from, as the new program sees it.
///
/// **Thread**: one at a time.
public final class RestartPredecessor {
    static final String READY = "ready";
    static final String CONFIRMED = "confirmed";
    static final String TAKEN_OVER = "taken over";

    private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final System.Logger LOG = System.getLogger(RestartPredecessor.class.getName());

    private final SeqpacketSocket channel;
    private final RestartMessage restartState;
    private final List<Integer> descriptors;

    private RestartPredecessor(SeqpacketSocket channel, RestartMessage restartState, List<Integer> descriptors) {
        this.channel = channel;
        this.restartState = restartState;
        this.descriptors = descriptors;
    }

    /// The program that has started this one to take over, if there is one; call once.
    ///
    /// @throws IOException when that program is gone, or its message is invalid
    public static Optional<RestartPredecessor> here() throws IOException {
        if (!SeqpacketSocket.isInherited(NonInheritedVariables.TAKES_OVER)) {
            return Optional.empty();
        }
        SeqpacketSocket channel = SeqpacketSocket.inherited();
        SeqpacketSocket.Packet first = channel.await(ANSWER_NANOS)
                .orElseThrow(() -> new IOException("the program to take over from says nothing"));
        if (first.isEnd()) {
            throw new IOException("the program to take over from is gone");
        }
        RestartMessage state = RestartMessage.read(first.bytes());
        if (state.selfSigned().isPresent()) {
            SelfSignedCertificate.take(state.selfSigned().get());
        }
        return Optional.of(new RestartPredecessor(channel, state, first.descriptors()));
    }

    /// Lets a server at these endpoints take over the old program's sockets of the same endpoints. A socket at none of
    /// them is closed here; an endpoint without a socket is bound as usual.
    public void takeOver(List<Endpoint> wanted) {
        List<Endpoint> missing = new ArrayList<>(wanted);
        List<RestartMessage.Slot> slots = restartState.sockets().subList(0, descriptors.size());
        for (int end, begin = 0; begin < slots.size(); begin = end) {
            end = begin + 1;
            while (end < slots.size() && slots.get(end).index() == slots.get(begin).index()) {
                end++;
            }
            // A host name stands for several sockets, any other endpoint for one.
            Endpoint asked = slots.get(begin).asked();
            if (missing.remove(asked)) {
                give(asked, begin, end);
            } else {
                giveEach(missing, begin, end);
            }
        }
    }

    /// Gives the sockets from one number to another one to the endpoints where they really are, and closes the others.
    private void giveEach(List<Endpoint> missing, int begin, int end) {
        for (int i = begin; i < end; i++) {
            Endpoint real = restartState.sockets().get(i).real();
            if (missing.remove(real)) {
                give(real, i, i + 1);
            } else {
                int closed = DescriptorCalls.close(SystemCallMemory.small(), descriptors.get(i));
                assert closed == 0;
            }
        }
    }

    private void give(Endpoint endpoint, int begin, int end) {
        PreopenedSockets given = PreopenedSockets.ofThisProcess();
        List<RestartMessage.Slot> slots = restartState.sockets().subList(begin, end);
        // Until this program serves, the files belong to the old one: if this one fails, the old one serves on.
        slots.forEach(slot -> slot.file().ifPresent(SocketFile::leave));
        switch (endpoint) {
            case Endpoint.Inherited inherited -> descriptors.subList(begin, end)
                    .forEach(descriptor -> given.name(inherited.name(), descriptor));
            case Endpoint.Tcp _, Endpoint.Tls _, Endpoint.Udp _, Endpoint.Unix _, Endpoint.UnixDatagram _ ->
                given.give(endpoint, IntStream.range(begin, end)
                        .mapToObj(i -> new PreopenedSockets.Given(descriptors.get(i), true,
                                Optional.of(restartState.sockets().get(i).real())))
                        .toList());
        }
    }

    /// Reports that this program serves, and waits until the old one confirms that this one replaces it. Until then all
    /// files belong to the old one.
    ///
    /// @return the addresses that the old program refuses, and how long they still are; the oldest ban first
    /// @throws IOException when it does not: this program must end, and leave the files
    public Map<Networks, Duration> awaitConfirmation() throws IOException {
        Map<Networks, Duration> bans = new LinkedHashMap<>();
        int sent = channel.send(StandardCharsets.UTF_8.encode(READY));
        Optional<SeqpacketSocket.Packet> answer = sent > 0 ? channel.await(ANSWER_NANOS) : Optional.empty();
        while (answer.isPresent() && !answer.get().isEnd()) {
            if (answer.get().isText(CONFIRMED)) {
                return bans;
            }
            RestartBansMessage.read(answer.get().bytes(), bans);
            answer = channel.await(ANSWER_NANOS);
        }
        throw new IOException("the program to take over from has not confirmed that this one replaces it");
    }

    /// Reports that the pid file and the control socket are in place: the files of Unix sockets now belong to this
    /// program, too, and the old one ends.
    public void complete() throws IOException {
        restartState.sockets().forEach(slot -> slot.file().ifPresent(SocketFile::own));
        int sent = channel.send(StandardCharsets.UTF_8.encode(TAKEN_OVER));
        if (sent < 0) {
            // The old program has confirmed, so this one serves on.
            LOG.log(System.Logger.Level.DEBUG, "the replaced program has ended before its successor took over");
        }
    }

    /// Waits until the old program has freed what only one program can have beside its sockets, or has ended; call once,
    /// after [#complete].
    ///
    /// @return whether it has within this time
    public boolean awaitRelease(Duration atMost) throws IOException {
        try {
            return channel.await(TimeUnit.NANOSECONDS.convert(atMost)).isPresent();
        } finally {
            channel.close();
        }
    }

    /// Does not wait for what the old program frees; call instead of [#awaitRelease].
    public void forget() throws IOException {
        channel.close();
    }

    /// The number of programs before this one.
    public int generation() {
        return restartState.generation();
    }

    /// The processes of older programs that may still be alive.
    List<Long> older() {
        return restartState.older();
    }
}
