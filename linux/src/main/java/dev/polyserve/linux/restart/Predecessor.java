package dev.polyserve.linux.restart;

import dev.polyserve.Endpoint;
import dev.polyserve.io.HostResolver;
import dev.polyserve.io.SocketFile;
import dev.polyserve.linux.process.ProcessLocalVariables;
import dev.polyserve.linux.socket.PreopenedSockets;
import dev.polyserve.linux.socket.PacketSocket;
import dev.polyserve.linux.system.CallMemory;
import dev.polyserve.linux.system.FileCalls;
import dev.polyserve.linux.system.SystemCallException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// The program that this one takes over from, as seen here.
///
/// **Thread**: one at a time.
public final class Predecessor {
    static final String READY = "ready";

    private static final long FIRST_WORD_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final PacketSocket channel;
    private final RestartState restartState;
    private final List<Integer> descriptors;

    private Predecessor(PacketSocket channel, RestartState restartState, List<Integer> descriptors) {
        this.channel = channel;
        this.restartState = restartState;
        this.descriptors = descriptors;
    }

    /// The one that has started this program to take over, if one has; to be asked once.
    ///
    /// @throws IOException when it is gone, or cannot be understood
    public static Optional<Predecessor> here() throws IOException {
        if (!PacketSocket.isInherited(ProcessLocalVariables.TAKES_OVER)) {
            return Optional.empty();
        }
        PacketSocket channel = PacketSocket.inherited();
        PacketSocket.Packet first = channel.await(FIRST_WORD_NANOS)
                .orElseThrow(() -> new IOException("the program to take over from says nothing"));
        if (first.isEnd()) {
            throw new IOException("the program to take over from is gone");
        }
        return Optional.of(new Predecessor(channel, RestartState.read(first.bytes()), first.descriptors()));
    }

    /// Sees to it that a server at these endpoints takes over the sockets of the same ones. A socket that is at none of them is
    /// closed here; an endpoint without a socket is bound as ever.
    public void takeOver(List<Endpoint> wanted) {
        List<Endpoint> missing = new ArrayList<>(wanted);
        for (int i = 0; i < descriptors.size(); i++) {
            RestartState.Slot slot = restartState.sockets().get(i);
            int descriptor = descriptors.get(i);
            // A name stands for several sockets, any other endpoint for one.
            if (missing.remove(slot.asked()) || (stoodForOneBefore(slot, i) && wanted.contains(slot.asked()))) {
                give(slot, slot.asked(), descriptor);
            } else if (missing.remove(slot.real())) {
                give(slot, slot.real(), descriptor);
            } else {
                int closed = FileCalls.close(CallMemory.small(), descriptor);
                assert closed == 0;
            }
        }
    }

    private boolean stoodForOneBefore(RestartState.Slot slot, int index) {
        return restartState.sockets().subList(0, index).stream().anyMatch(before -> before.asked().equals(slot.asked()))
                && switch (slot.asked()) {
                    case Endpoint.Tcp tcp -> HostResolver.isName(tcp.host());
                    case Endpoint.Udp udp -> HostResolver.isName(udp.host());
                    case Endpoint.Unix _, Endpoint.UnixDatagram _, Endpoint.Inherited _ -> false;
                };
    }

    private static void give(RestartState.Slot slot, Endpoint endpoint, int descriptor) {
        PreopenedSockets given = PreopenedSockets.ofThisProcess();
        // Until we serve, the files are the old one's: if we fail, it serves on.
        slot.file().ifPresent(SocketFile::leave);
        switch (endpoint) {
            case Endpoint.Inherited inherited -> given.name(inherited.name(), descriptor);
            case Endpoint.Tcp _, Endpoint.Udp _, Endpoint.Unix _, Endpoint.UnixDatagram _ ->
                given.give(endpoint, new PreopenedSockets.Given(descriptor, true, Optional.of(slot.real())));
        }
    }

    /// The program serves: the old one may go, and the files of Unix sockets are this one's.
    public void ready() throws IOException {
        restartState.sockets().forEach(slot -> slot.file().ifPresent(SocketFile::own));
        SystemCallException.require("sendmsg", channel.send(StandardCharsets.UTF_8.encode(READY)));
        channel.close();
    }

    /// How many programs there were before this one.
    public int generation() {
        return restartState.generation();
    }

    /// The processes of older programs that may still live.
    List<Long> older() {
        return restartState.older();
    }
}
