package dev.polyserve.linux.worker;

import dev.polyserve.coroutine.NonQueueingLock;
import dev.polyserve.linux.socket.PacketSocket;
import dev.polyserve.linux.socket.WatchedDescriptor;
import dev.polyserve.linux.system.DescriptorMessage;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.SystemCallException;
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
final class ControlChannel {
    /// Small enough for a socket's default buffer, large enough for any datagram.
    private static final int PACKET_BYTES = 32 << 10;

    private final PacketSocket socket;
    /// Coroutines of a loop report as well as the loop itself.
    private final NonQueueingLock lock = new NonQueueingLock();
    /// Guarded by `lock`, as is sending.
    private final Queue<Outgoing> packets = new ArrayDeque<>();

    /// What waits to be sent.
    private record Outgoing(ByteBuffer bytes, List<Integer> descriptors) {}

    /// A packet that came.
    ///
    /// @param messages what it says
    /// @param descriptors of the first of them
    record Received(List<ControlMessage> messages, List<Integer> descriptors) {}

    ControlChannel(PacketSocket socket) {
        this.socket = socket;
    }

    /// What can be read when something has come, and written when there is room again.
    WatchedDescriptor source() {
        return socket.source();
    }

    /// Sends a message, or keeps it for [#flush].
    ///
    /// @param descriptors for the other side, which gets copies
    /// @throws IllegalArgumentException when it is too large, or they are too many: it would hold up all that come after it
    void send(ControlMessage message, int... descriptors) {
        byte[] bytes = ControlMessageWriter.bytes(message);
        if (bytes.length > DescriptorMessage.MOST_BYTES || descriptors.length > DescriptorMessage.MOST_DESCRIPTORS) {
            throw new IllegalArgumentException("a message of " + bytes.length + " bytes with " + descriptors.length
                    + " descriptors; a link takes at most " + DescriptorMessage.MOST_BYTES + " and "
                    + DescriptorMessage.MOST_DESCRIPTORS);
        }
        Outgoing packet = new Outgoing(ByteBuffer.wrap(bytes), IntStream.of(descriptors).boxed().toList());
        lock.lock();
        try {
            packets.add(packet);
        } finally {
            lock.unlock();
        }
    }

    /// Whether nothing waits to be sent.
    boolean isFlushed() {
        lock.lock();
        try {
            return packets.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /// Sends what waits.
    ///
    /// @return whether that was all of it; if not, the socket is writable once there is room
    /// @throws IOException when the other side is gone
    boolean flush() throws IOException {
        lock.lock();
        try {
            return sendAll();
        } finally {
            lock.unlock();
        }
    }

    private boolean sendAll() throws IOException {
        for (Outgoing next; (next = packets.peek()) != null;) {
            List<Outgoing> together = together();
            int sent = socket.send(joined(together), next.descriptors.stream().mapToInt(Integer::intValue).toArray());
            if (sent == -Errno.EAGAIN || sent == -Errno.ENOBUFS || sent == -Errno.ETOOMANYREFS) {
                return false;
            }
            SystemCallException.require("sendmsg", sent);
            together.forEach(_ -> packets.remove());
        }
        return true;
    }

    /// The first and what goes with it: descriptors belong to the first message of a packet.
    private List<Outgoing> together() {
        List<Outgoing> together = new ArrayList<>();
        int bytes = 0;
        for (Outgoing packet : packets) {
            bytes += packet.bytes.remaining();
            boolean fits = together.isEmpty() || (bytes <= PACKET_BYTES && packet.descriptors.isEmpty());
            if (!fits) {
                break;
            }
            together.add(packet);
        }
        return together;
    }

    private static ByteBuffer joined(List<Outgoing> packets) {
        ByteBuffer all = ByteBuffer.allocate(packets.stream().mapToInt(packet -> packet.bytes.remaining()).sum());
        packets.forEach(packet -> all.put(packet.bytes.duplicate()));
        return all.flip();
    }

    /// Receives one packet.
    ///
    /// @return null when none waits; one without messages when the other side is gone
    @Nullable Received receive() throws IOException {
        PacketSocket.Packet packet = socket.receive();
        return packet == null ? null : received(packet);
    }

    /// Receives one packet, waiting at most so long.
    ///
    /// @return empty when none came in time
    Optional<Received> await(long atMostNanos) throws IOException {
        Optional<PacketSocket.Packet> packet = socket.await(atMostNanos);
        return packet.isPresent() ? Optional.of(received(packet.get())) : Optional.empty();
    }

    /// Descriptors that no message takes are closed here, with the packet that is damaged.
    private static Received received(PacketSocket.Packet packet) throws IOException {
        try {
            List<ControlMessage> messages = ControlMessageReader.all(packet.bytes());
            int wanted = messages.isEmpty() ? 0 : messages.getFirst().descriptors();
            if (packet.descriptors().size() != wanted) {
                throw new IOException("a message of a worker process is damaged: it takes " + wanted
                        + " descriptors, and came with " + packet.descriptors().size());
            }
            return new Received(messages, packet.descriptors());
        } catch (IOException | RuntimeException | Error e) {
            packet.closeDescriptors();
            throw e;
        }
    }

    /// Ends it: the other side sees that.
    void close() throws IOException {
        socket.close();
    }
}
