package dev.polyserve.linux.socket;

import dev.polyserve.linux.system.CallMemory;
import dev.polyserve.linux.system.DescriptorMessage;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.FileCalls;
import dev.polyserve.linux.system.PollDescriptors;
import dev.polyserve.linux.system.SocketAddresses;
import dev.polyserve.linux.system.SocketCalls;
import dev.polyserve.linux.system.SocketOption;
import dev.polyserve.linux.system.SystemCallException;
import dev.polyserve.linux.system.SystemCalls;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// One of two sockets between two processes: packets, each received as it was sent, with descriptors beside them. It ends for one
/// side when the other one dies, however that happens.
///
/// **Thread**: one sends, and one receives.
public final class PacketSocket {
    /// The number that the other process has its socket under, if it was started with one.
    public static final int INHERITED = 3;

    private static final Packet END = new Packet(ByteBuffer.allocate(0), List.of());

    private final WatchedDescriptor socket;
    private final CallMemory sending = CallMemory.small();
    private final CallMemory receiving = CallMemory.small();
    private final DescriptorMessage outgoing = new DescriptorMessage();
    private final DescriptorMessage incoming = new DescriptorMessage();

    private PacketSocket(Descriptor socket) {
        this.socket = new WatchedDescriptor(socket);
    }

    /// The other one of a pair, where it stays in this process.
    public static PacketSocket of(Descriptor socket) {
        return new PacketSocket(socket);
    }

    /// Both of them.
    ///
    /// @param ours to be used here
    /// @param theirs to be given to the other process, and then closed here
    public record Pair(PacketSocket ours, Descriptor theirs) {}

    /// Two that are connected.
    public static Pair pair() throws IOException {
        long pair = SocketCalls.socketPair(CallMemory.small(), SocketCalls.PACKETS);
        if (pair < 0) {
            throw new SystemCallException("socketpair", pair);
        }
        return new Pair(new PacketSocket(new Descriptor((int) pair)), new Descriptor((int) (pair >>> Integer.SIZE)));
    }

    /// Whether this process was started with one, as this variable of its environment says. A program that this one starts inherits
    /// the variable, and not the socket.
    public static boolean isInherited(String variable) {
        if (!Integer.toString(INHERITED).equals(System.getenv(variable)) || SystemCalls.whyNot().isPresent()) {
            return false;
        }
        CallMemory memory = CallMemory.small();
        return SocketCalls.getOption(memory, INHERITED, SocketOption.SO_TYPE) == SocketCalls.PACKETS
                && SocketCalls.getOption(memory, INHERITED, SocketOption.SO_DOMAIN) == SocketAddresses.AF_UNIX;
    }

    /// The one that this process was started with; to be taken once.
    public static PacketSocket inherited() throws IOException {
        SystemCallException.require("fcntl", FileCalls.closeOnExec(CallMemory.small(), INHERITED));
        return new PacketSocket(new Descriptor(INHERITED));
    }

    /// What can be read when something has come, and written when there is room again.
    public WatchedDescriptor source() {
        return socket;
    }

    /// Sends one packet, without waiting.
    ///
    /// @param descriptors of which the other side gets copies
    /// @return how many bytes, or `-errno`
    public int send(ByteBuffer bytes, int... descriptors) throws IOException {
        Descriptor descriptor = socket.descriptor();
        descriptor.begin();
        try {
            int sent;
            do {
                sent = outgoing.send(sending, descriptor.number(), bytes, descriptors);
            } while (sent == -Errno.EINTR);
            return sent;
        } finally {
            descriptor.end();
        }
    }

    /// A packet that came.
    ///
    /// @param bytes what it says; none when the other side is gone
    /// @param descriptors what came with it, from now on the receiver's
    public record Packet(ByteBuffer bytes, List<Integer> descriptors) {
        /// Whether it is none, because the other side is gone.
        public boolean isEnd() {
            return !bytes.hasRemaining();
        }

        /// Closes the descriptors, which the receiver has no use for.
        public void closeDescriptors() {
            CallMemory memory = CallMemory.small();
            for (int useless : descriptors) {
                int closed = FileCalls.close(memory, useless);
                assert closed == 0;
            }
        }
    }

    /// Receives one packet.
    ///
    /// @return null when none waits
    /// @throws IOException also when the system had to drop descriptors that came with it; then it has dropped all
    public @Nullable Packet receive() throws IOException {
        Descriptor descriptor = socket.descriptor();
        descriptor.begin();
        try {
            int count;
            do {
                count = incoming.receive(receiving, descriptor.number());
            } while (count == -Errno.EINTR);
            if (count == -Errno.EAGAIN) {
                return null;
            }
            if (count == -Errno.ECONNRESET) {
                return END;
            }
            SystemCallException.require("recvmsg", count);
            Packet packet = received(count);
            if (packet.isEnd()) {
                // A packet without bytes looks like the end, and nothing reads its descriptors.
                packet.closeDescriptors();
                return END;
            }
            return packet;
        } finally {
            descriptor.end();
        }
    }

    private Packet received(int count) throws IOException {
        Packet packet = new Packet(ByteBuffer.wrap(incoming.received(count)),
                IntStream.of(incoming.receivedDescriptors()).boxed().toList());
        if (incoming.wasCut()) {
            packet.closeDescriptors();
            throw new IOException("descriptors were lost on their way to this process: it has no room for them;"
                    + " raise its limit of open files (ulimit -n)");
        }
        return packet;
    }

    /// Receives one packet, waiting at most so long.
    ///
    /// @return empty when none came in time
    public Optional<Packet> await(long atMostNanos) throws IOException {
        long deadline = System.nanoTime() + atMostNanos;
        Packet packet;
        while ((packet = receive()) == null) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return Optional.empty();
            }
            socket.descriptor().await(PollDescriptors.IN, left);
        }
        return Optional.of(packet);
    }

    /// Ends it: the other side sees that.
    public void close() throws IOException {
        socket.close();
    }
}
