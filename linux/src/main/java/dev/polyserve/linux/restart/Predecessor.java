package dev.polyserve.linux.restart;

import dev.polyserve.Endpoint;
import dev.polyserve.io.SocketFile;
import dev.polyserve.linux.socket.Descriptor;
import dev.polyserve.linux.socket.GivenSockets;
import dev.polyserve.linux.system.CallMemory;
import dev.polyserve.linux.system.FileCalls;
import dev.polyserve.linux.system.SocketCalls;
import dev.polyserve.linux.system.SocketOption;
import dev.polyserve.linux.system.SystemCallException;
import dev.polyserve.linux.system.SystemCalls;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// The program that this one takes over from, as seen here.
///
/// **Thread**: one at a time.
public final class Predecessor {
    /// Says that there is one, and where its channel is.
    static final String VARIABLE = "POLYSERVE_RESTART";
    static final int CHANNEL = 3;
    static final String READY = "ready";

    private static final long FIRST_WORD_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Channel channel;
    private final Bequest bequest;
    private final List<Integer> descriptors;

    private Predecessor(Channel channel, Bequest bequest, List<Integer> descriptors) {
        this.channel = channel;
        this.bequest = bequest;
        this.descriptors = descriptors;
    }

    /// The one that has started this program to take over, if one has; to be asked once.
    ///
    /// @throws IOException when it is gone, or cannot be understood
    public static Optional<Predecessor> here() throws IOException {
        boolean named = Integer.toString(CHANNEL).equals(System.getenv(VARIABLE));
        if (!named || SystemCalls.whyNot().isPresent()) {
            return Optional.empty();
        }
        CallMemory memory = CallMemory.small();
        if (SocketCalls.getOption(memory, CHANNEL, SocketOption.SO_TYPE) != SocketCalls.PACKETS) {
            // Inherited by a program that the new one has started, without the channel.
            return Optional.empty();
        }
        SystemCallException.require("fcntl", FileCalls.closeOnExec(memory, CHANNEL));
        Channel channel = new Channel(new Descriptor(CHANNEL));
        byte[] first = channel.receive(FIRST_WORD_NANOS)
                .orElseThrow(() -> new IOException("the program to take over from says nothing"));
        if (first.length == 0) {
            throw new IOException("the program to take over from is gone");
        }
        List<Integer> descriptors = new ArrayList<>();
        for (int descriptor : channel.descriptors()) {
            descriptors.add(descriptor);
        }
        return Optional.of(new Predecessor(channel, Bequest.read(first), descriptors));
    }

    /// Sees to it that a server at these endpoints takes over the sockets of the same ones. A socket that is at none of them is
    /// closed here; an endpoint without a socket is bound as ever.
    public void takeOver(List<Endpoint> wanted) {
        List<Endpoint> missing = new ArrayList<>(wanted);
        for (int i = 0; i < descriptors.size(); i++) {
            Bequest.Slot slot = bequest.sockets().get(i);
            int descriptor = descriptors.get(i);
            if (missing.remove(slot.asked())) {
                give(slot.asked(), descriptor);
            } else if (missing.remove(slot.real())) {
                give(slot.real(), descriptor);
            } else {
                int closed = FileCalls.close(CallMemory.small(), descriptor);
                assert closed == 0;
            }
        }
    }

    private static void give(Endpoint endpoint, int descriptor) {
        GivenSockets given = GivenSockets.ofThisProcess();
        // Until we serve, the files are the old one's: if we fail, it serves on.
        file(endpoint).ifPresent(SocketFile::leave);
        switch (endpoint) {
            case Endpoint.Inherited inherited -> given.name(inherited.name(), descriptor);
            case Endpoint.Tcp _, Endpoint.Udp _, Endpoint.Unix _, Endpoint.UnixDatagram _ ->
                given.give(endpoint, new GivenSockets.Given(descriptor, true));
        }
    }

    private static Optional<Path> file(Endpoint endpoint) {
        return switch (endpoint) {
            case Endpoint.Unix unix -> Optional.of(unix.path());
            case Endpoint.UnixDatagram unix -> Optional.of(unix.path());
            case Endpoint.Tcp _, Endpoint.Udp _, Endpoint.Inherited _ -> Optional.empty();
        };
    }

    /// The program serves: the old one may go, and the files of Unix sockets are this one's.
    public void ready() throws IOException {
        bequest.sockets().forEach(slot -> file(slot.real()).ifPresent(SocketFile::own));
        channel.send(ByteBuffer.wrap(READY.getBytes(StandardCharsets.UTF_8)));
        channel.close();
    }

    /// How many programs there were before this one.
    public int generation() {
        return bequest.generation();
    }

    /// The processes of older programs that may still live.
    List<Long> older() {
        return bequest.older();
    }
}
