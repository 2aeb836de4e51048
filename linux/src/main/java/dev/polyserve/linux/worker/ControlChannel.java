package dev.polyserve.linux.worker;

import dev.polyserve.coroutine.carrier.NonQueueingLock;
import dev.polyserve.linux.socket.PacketSocket;
import dev.polyserve.linux.socket.WatchedDescriptor;
import dev.polyserve.linux.system.DescriptorMessage;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.PollDescriptors;
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
/// What the other side does not take at once is kept here, in order, up to a limit of bytes; [#flush] goes on with it. The
/// descriptor of a message is the sender's to keep open until it was sent.
///
/// **Thread**: any may send; one receives.
final class ControlChannel {
    /// Small enough for a socket's default buffer, large enough for any datagram.
    private static final int PACKET_BYTES = 32 << 10;
    /// More would make a try to send costly, which each message is while the other side does not read.
    private static final int MOST_TOGETHER = 512;
    /// What may wait to be sent: a hundred thousand short messages, or two hundred of the longest datagrams.
    static final int MOST_WAITING_BYTES = 16 << 20;
    /// What keeping a message costs beside its bytes.
    static final int OVERHEAD_BYTES = 128;

    private final PacketSocket socket;
    /// Coroutines of a loop report as well as the loop itself.
    private final NonQueueingLock lock = new NonQueueingLock();
    /// Guarded by `lock`, as is sending.
    private final Queue<Outgoing> packets = new ArrayDeque<>();
    /// What `packets` occupies. Guarded by `lock`.
    private int waitingBytes;

    /// What waits to be sent.
    private record Outgoing(ByteBuffer bytes, List<Integer> descriptors) {
        int occupiedBytes() {
            return bytes.remaining() + OVERHEAD_BYTES;
        }
    }

    /// A packet that came.
    ///
    /// @param messages what it says
    /// @param descriptors of the first of them
    record Received(List<ControlMessage> messages, List<Integer> descriptors) {
        /// Closes the descriptors of a message that is not obeyed.
        void closeDescriptors() {
            new PacketSocket.Packet(ByteBuffer.allocate(0), descriptors).closeDescriptors();
        }
    }

    ControlChannel(PacketSocket socket) {
        this.socket = socket;
    }

    /// What can be read when something has come, and written when there is room again.
    WatchedDescriptor source() {
        return socket.source();
    }

    /// Keeps a message for [#flush], unless too many wait already because the other side does not read.
    ///
    /// @param descriptors for the other side, which gets copies
    /// @return whether the message is kept
    /// @throws IllegalArgumentException when it is too large, or they are too many: it would hold up all that come after it
    boolean send(ControlMessage message, int... descriptors) {
        byte[] bytes = ControlMessageWriter.bytes(message);
        if (bytes.length > DescriptorMessage.MOST_BYTES || descriptors.length > DescriptorMessage.MOST_DESCRIPTORS) {
            throw new IllegalArgumentException("a message of " + bytes.length + " bytes with " + descriptors.length
                    + " descriptors; a link takes at most " + DescriptorMessage.MOST_BYTES + " and "
                    + DescriptorMessage.MOST_DESCRIPTORS);
        }
        Outgoing packet = new Outgoing(ByteBuffer.wrap(bytes), IntStream.of(descriptors).boxed().toList());
        lock.lock();
        try {
            boolean fits = packet.occupiedBytes() <= MOST_WAITING_BYTES - waitingBytes;
            if (fits) {
                packets.add(packet);
                waitingBytes += packet.occupiedBytes();
            }
            return fits;
        } finally {
            lock.unlock();
        }
    }

    /// Waits, so long at most, until the other side has taken something.
    ///
    /// @throws IOException when the other side is gone
    void awaitRoom(long atMostNanos) throws IOException {
        if (!flush()) {
            socket.source().descriptor().await(PollDescriptors.OUT, atMostNanos);
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
            for (Outgoing packet : together) {
                packets.remove();
                waitingBytes -= packet.occupiedBytes();
            }
        }
        return true;
    }

    /// The first and what goes with it: descriptors belong to the first message of a packet.
    private List<Outgoing> together() {
        List<Outgoing> together = new ArrayList<>();
        int bytes = 0;
        for (Outgoing packet : packets) {
            bytes += packet.bytes.remaining();
            boolean fits = together.isEmpty()
                    || (bytes <= PACKET_BYTES && together.size() < MOST_TOGETHER && packet.descriptors.isEmpty());
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
