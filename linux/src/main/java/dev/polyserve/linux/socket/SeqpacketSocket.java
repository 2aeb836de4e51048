package dev.polyserve.linux.socket;

import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.DescriptorMessage;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.DescriptorCalls;
import dev.polyserve.linux.system.PollDescriptors;
import dev.polyserve.linux.system.SocketAddresses;
import dev.polyserve.linux.system.SocketCalls;
import dev.polyserve.linux.system.IntSocketOption;
import dev.polyserve.linux.system.SystemCallException;
import dev.polyserve.linux.system.SystemCalls;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One end of a pair of connected sockets between two processes. It carries packets that preserve their boundaries,
/// together with descriptors. When one process dies, however that happens, the other sees the end.
///
/// **Thread**: one thread sends, and one receives.
public final class SeqpacketSocket {
    /// The descriptor number of the socket in the other process, if it was started with one.
    public static final int INHERITED = 3;

    private static final Packet END = new Packet(ByteBuffer.allocate(0), List.of());

    private final NonSocketDescriptor socket;
    private final SystemCallMemory sending = SystemCallMemory.small();
    private final SystemCallMemory receiving = SystemCallMemory.small();
    private final DescriptorMessage outgoing = new DescriptorMessage();
    private final DescriptorMessage incoming = new DescriptorMessage();

    private SeqpacketSocket(Descriptor socket) {
        this.socket = new NonSocketDescriptor(socket);
    }

    /// Wraps the other end of a pair, where it stays in this process.
    public static SeqpacketSocket of(Descriptor socket) {
        return new SeqpacketSocket(socket);
    }

    /// Both ends of a pair.
    ///
    /// @param ours the end to use here
    /// @param theirs the end to pass to the other process, and then to close here
    public record Pair(SeqpacketSocket ours, Descriptor theirs) {}

    /// Creates a connected pair.
    public static Pair pair() throws IOException {
        long pair = SocketCalls.socketPair(SystemCallMemory.small(), SocketCalls.PACKETS);
        if (pair < 0) {
            throw new SystemCallException("socketpair", pair);
        }
        return new Pair(new SeqpacketSocket(new Descriptor((int) pair)), new Descriptor((int) (pair >>> Integer.SIZE)));
    }

    /// Returns true when this process was started with such a socket, as this environment variable shows. A child of
    /// this process inherits the variable, but not the socket.
    public static boolean isInherited(String variable) {
        if (!Integer.toString(INHERITED).equals(System.getenv(variable)) || SystemCalls.whyNot().isPresent()) {
            return false;
        }
        SystemCallMemory memory = SystemCallMemory.small();
        return SocketCalls.getOption(memory, INHERITED, IntSocketOption.SO_TYPE) == SocketCalls.PACKETS
                && SocketCalls.getOption(memory, INHERITED, IntSocketOption.SO_DOMAIN) == SocketAddresses.AF_UNIX;
    }

    /// Takes the socket that this process was started with; allowed once.
    public static SeqpacketSocket inherited() throws IOException {
        SystemCallException.require("fcntl", DescriptorCalls.closeOnExec(SystemCallMemory.small(), INHERITED));
        return new SeqpacketSocket(new Descriptor(INHERITED));
    }

    /// Returns the source to watch: readable when a packet has arrived, writable when there is room.
    public NonSocketDescriptor source() {
        return socket;
    }

    /// Sends one packet, without blocking.
    ///
    /// @param descriptors the descriptors to send copies of
    /// @return the number of bytes sent, or `-errno`
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

    /// Sends one packet, and blocks while the other side has not received earlier ones, for at most the given time.
    ///
    /// @return the number of bytes sent, or `-errno`: `EAGAIN` when there was no room in time
    public int send(ByteBuffer bytes, Duration atMost) throws IOException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (true) {
            int sent = send(bytes.duplicate());
            long left = deadline - System.nanoTime();
            if (sent != -Errno.EAGAIN || left <= 0) {
                return sent;
            }
            socket.descriptor().await(PollDescriptors.OUT, left);
        }
    }

    /// A received packet.
    ///
    /// @param bytes its content; empty when the other side is gone
    /// @param descriptors the descriptors that came with it, now owned by the receiver
    public record Packet(ByteBuffer bytes, List<Integer> descriptors) {
        /// Returns true for the end: the other side is gone.
        public boolean isEnd() {
            return !bytes.hasRemaining();
        }

        /// Returns true when the content is this text.
        public boolean isText(String text) {
            return bytes.equals(StandardCharsets.UTF_8.encode(text));
        }

        /// Closes the descriptors when the receiver has no use for them.
        public void closeDescriptors() {
            SystemCallMemory memory = SystemCallMemory.small();
            for (int useless : descriptors) {
                int closed = DescriptorCalls.close(memory, useless);
                assert closed == 0;
            }
        }
    }

    /// Receives one packet.
    ///
    /// @return null when no packet waits
    /// @throws IOException also when the system has dropped descriptors of the packet; then all of them are closed
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
                // An empty packet is indistinguishable from the end, and its descriptors are of no use.
                packet.closeDescriptors();
                return END;
            }
            return packet;
        } finally {
            descriptor.end();
        }
    }

    private Packet received(int count) throws IOException {
        List<Integer> descriptors = new ArrayList<>();
        for (int descriptor : incoming.receivedDescriptors()) {
            descriptors.add(descriptor);
        }
        Packet packet = new Packet(ByteBuffer.wrap(incoming.received(count)), List.copyOf(descriptors));
        if (incoming.wasCut()) {
            packet.closeDescriptors();
            throw new IOException("descriptors were lost on their way to this process: it has no room for them;"
                    + " raise its limit of open files (ulimit -n)");
        }
        return packet;
    }

    /// Receives one packet, and blocks for at most the given time.
    ///
    /// @return empty when none has arrived in time
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

    /// Closes this end; the other side sees the end.
    public void close() throws IOException {
        socket.close();
    }
}
