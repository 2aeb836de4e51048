package dev.polyserve.linux.worker;

import dev.polyserve.linux.socket.Descriptor;
import dev.polyserve.linux.socket.WatchedDescriptor;
import dev.polyserve.linux.system.CallMemory;
import dev.polyserve.linux.system.DescriptorMessage;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.FileCalls;
import dev.polyserve.linux.system.PollDescriptors;
import dev.polyserve.linux.system.SocketCalls;
import dev.polyserve.linux.system.SystemCallException;
import dev.polyserve.linux.system.WaitCalls;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// One side of the socket between a supervisor and a worker: messages in packets, with descriptors beside them. It ends for
/// one side when the other one dies, however that happens.
///
/// What the other side does not take at once is kept here, in order; [#flush] goes on with it. The descriptor of a message is
/// the sender's to keep open until it was sent.
///
/// **Thread**: any may send; one receives.
final class Link {
    /// Small enough for a socket's default buffer, large enough for any datagram.
    private static final int PACKET_BYTES = 32 << 10;

    private final WatchedDescriptor socket;
    private final CallMemory sending = CallMemory.small();
    private final CallMemory receiving = CallMemory.small();
    private final DescriptorMessage outgoing = new DescriptorMessage();
    private final DescriptorMessage incoming = new DescriptorMessage();
    /// Guarded by `this`.
    private final Queue<Packet> packets = new ArrayDeque<>();

    /// What waits to be sent.
    private record Packet(ByteBuffer bytes, List<Integer> descriptors) {}

    /// A packet that came.
    ///
    /// @param messages what it says
    /// @param descriptors of the first of them
    record Received(List<Message> messages, List<Integer> descriptors) {}

    Link(Descriptor socket) {
        this.socket = new WatchedDescriptor(socket);
    }

    /// Two sides: the descriptors of a pair.
    static long pair() throws IOException {
        long pair = SocketCalls.socketPair(CallMemory.small(), SocketCalls.PACKETS);
        if (pair < 0) {
            throw new SystemCallException("socketpair", pair);
        }
        return pair;
    }

    /// What can be read when something has come, and written when there is room again.
    WatchedDescriptor source() {
        return socket;
    }

    /// Sends a message, or keeps it for [#flush].
    ///
    /// @param descriptors for the other side, which gets copies
    /// @throws IllegalArgumentException when it is too large, or they are too many: it would hold up all that come after it
    synchronized void send(Message message, int... descriptors) {
        byte[] bytes = MessageWriter.bytes(message);
        if (bytes.length > DescriptorMessage.MOST_BYTES || descriptors.length > DescriptorMessage.MOST_DESCRIPTORS) {
            throw new IllegalArgumentException("a message of " + bytes.length + " bytes with " + descriptors.length
                    + " descriptors; a link takes at most " + DescriptorMessage.MOST_BYTES + " and "
                    + DescriptorMessage.MOST_DESCRIPTORS);
        }
        packets.add(new Packet(ByteBuffer.wrap(bytes), IntStream.of(descriptors).boxed().toList()));
    }

    /// Whether nothing waits to be sent.
    synchronized boolean isFlushed() {
        return packets.isEmpty();
    }

    /// Sends what waits.
    ///
    /// @return whether that was all of it; if not, the socket is writable once there is room
    /// @throws IOException when the other side is gone
    synchronized boolean flush() throws IOException {
        for (Packet next; (next = packets.peek()) != null;) {
            List<Packet> together = together();
            int sent = trySend(joined(together), next.descriptors.stream().mapToInt(Integer::intValue).toArray());
            if (sent == -Errno.EAGAIN || sent == -Errno.ENOBUFS || sent == -Errno.ETOOMANYREFS) {
                return false;
            }
            SystemCallException.require("sendmsg", sent);
            together.forEach(_ -> packets.remove());
        }
        return true;
    }

    /// The first and what goes with it: descriptors belong to the first message of a packet.
    private List<Packet> together() {
        List<Packet> together = new ArrayList<>();
        int bytes = 0;
        for (Packet packet : packets) {
            bytes += packet.bytes.remaining();
            boolean fits = together.isEmpty() || (bytes <= PACKET_BYTES && packet.descriptors.isEmpty());
            if (!fits) {
                break;
            }
            together.add(packet);
        }
        return together;
    }

    private static ByteBuffer joined(List<Packet> packets) {
        ByteBuffer all = ByteBuffer.allocate(packets.stream().mapToInt(packet -> packet.bytes.remaining()).sum());
        packets.forEach(packet -> all.put(packet.bytes.duplicate()));
        return all.flip();
    }

    private int trySend(ByteBuffer bytes, int... descriptors) throws IOException {
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

    /// Receives one packet.
    ///
    /// @return null when none waits; one without messages when the other side is gone
    @Nullable Received receive() throws IOException {
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
            if (count == 0 || count == -Errno.ECONNRESET) {
                return new Received(List.of(), List.of());
            }
            SystemCallException.require("recvmsg", count);
            int[] descriptors = incoming.receivedDescriptors();
            if (incoming.wasCut()) {
                close(descriptors);
                throw new IOException("descriptors were lost on their way to this process: it has no room for them;"
                        + " raise its limit of open files (ulimit -n)");
            }
            return new Received(MessageReader.all(incoming.received(count)),
                    IntStream.of(descriptors).boxed().toList());
        } finally {
            descriptor.end();
        }
    }

    /// Receives one packet, waiting at most so long.
    ///
    /// @return empty when none came in time
    Optional<Received> await(long atMostNanos) throws IOException {
        Received received = receive();
        if (received == null) {
            awaitReadable(atMostNanos);
            received = receive();
        }
        return Optional.ofNullable(received);
    }

    private void awaitReadable(long atMostNanos) throws IOException {
        Descriptor descriptor = socket.descriptor();
        descriptor.begin();
        try {
            PollDescriptors one = new PollDescriptors(1);
            one.set(0, descriptor.number(), PollDescriptors.IN);
            int ready = WaitCalls.poll(receiving, one, 1, atMostNanos);
            if (ready != -Errno.EINTR) {
                SystemCallException.require("poll", ready);
            }
        } finally {
            descriptor.end();
        }
    }

    /// Gives up descriptors that came for nothing.
    private void close(int... descriptors) {
        for (int descriptor : descriptors) {
            int closed = FileCalls.close(receiving, descriptor);
            assert closed == 0;
        }
    }

    /// Ends it: the other side sees that.
    void close() throws IOException {
        socket.close();
    }
}
