package dev.polyserve.linux.control;

import dev.polyserve.coroutine.carrier.NonQueueingLock;
import dev.polyserve.coroutine.queue.ArrayQueue;
import dev.polyserve.linux.socket.SeqpacketSocket;
import dev.polyserve.linux.socket.WatchedDescriptor;
import dev.polyserve.linux.system.DescriptorMessage;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.PollDescriptors;
import dev.polyserve.linux.system.SystemCallException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// One side of the socket between a supervisor and a worker: messages in packets, with descriptors beside them. Each
/// side sees the end of the channel when the other process dies, whatever the cause.
///
/// Messages that the socket does not accept at once wait here, in order, up to a limit of bytes; [#flush] sends them.
/// The sender keeps the descriptors of a message open until the message is sent.
///
/// **Thread**: any thread may send; one thread receives.
public final class ControlChannel {
    /// Small enough for a socket's default buffer, large enough for any datagram.
    private static final int PACKET_BYTES = 32 << 10;
    /// The most messages in a packet. While the other side does not read, each new message costs an attempt to send; a
    /// larger packet would make that attempt expensive.
    private static final int MOST_TOGETHER = 512;
    /// The most bytes that may wait to be sent: a hundred thousand short messages, or two hundred of the longest
    /// datagrams.
    public static final int MOST_WAITING_BYTES = 16 << 20;
    /// The memory that a waiting message costs beside its bytes.
    public static final int OVERHEAD_BYTES = 128;

    private final SeqpacketSocket socket;
    /// Not a monitor: coroutines of a loop send messages, as does the loop itself.
    private final NonQueueingLock lock = new NonQueueingLock();
    /// Guarded by `lock`, as is sending.
    private final ArrayQueue<Outgoing> packets = new ArrayQueue<>();
    /// The bytes that `packets` occupies. Guarded by `lock`.
    private int waitingBytes;

    /// A message that waits to be sent.
    private record Outgoing(ByteBuffer bytes, List<Integer> descriptors) {
        int occupiedBytes() {
            return bytes.remaining() + OVERHEAD_BYTES;
        }
    }

    /// A received packet.
    ///
    /// @param messages its messages
    /// @param descriptors the descriptors of the first message
    public record Received(List<ControlMessage> messages, List<Integer> descriptors) {
        /// Closes the descriptors of a message that is not carried out.
        public void closeDescriptors() {
            new SeqpacketSocket.Packet(ByteBuffer.allocate(0), descriptors).closeDescriptors();
        }
    }

    /// Creates a channel over a socket, which it owns from then on.
    public ControlChannel(SeqpacketSocket socket) {
        this.socket = socket;
    }

    /// The descriptor to watch: readable when a packet has arrived, writable when there is room to send.
    public WatchedDescriptor source() {
        return socket.source();
    }

    /// Encodes a message without sending it, so that linking the pattern switches, which takes milliseconds, does not
    /// delay the first message. **Thread**: any.
    public static void warmUp(ControlMessage message) {
        int length = ControlMessageWriter.bytes(message).length;
        assert length > 0;
    }

    /// Queues a message for [#flush], unless too many messages wait already because the other side does not read.
    ///
    /// @param descriptors for the other side, which receives copies
    /// @return whether the message is queued
    /// @throws IllegalArgumentException when the message is too large or has too many descriptors: it would block all
    ///         messages behind it
    public boolean send(ControlMessage message, int... descriptors) {
        byte[] bytes = ControlMessageWriter.bytes(message);
        if (bytes.length > DescriptorMessage.MOST_BYTES || descriptors.length > DescriptorMessage.MOST_DESCRIPTORS) {
            throw new IllegalArgumentException("a message of " + bytes.length + " bytes with " + descriptors.length
                    + " descriptors; a control channel takes at most " + DescriptorMessage.MOST_BYTES + " and "
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

    /// Waits until the other side has read something, at most for the given time.
    ///
    /// @throws IOException when the other side is gone
    public void awaitRoom(long atMostNanos) throws IOException {
        if (!flush()) {
            socket.source().descriptor().await(PollDescriptors.OUT, atMostNanos);
        }
    }

    /// True when no message waits to be sent.
    public boolean isFlushed() {
        lock.lock();
        try {
            return packets.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /// Sends the waiting messages.
    ///
    /// @return whether all of them were sent; if not, the socket becomes writable when there is room
    /// @throws IOException when the other side is gone
    public boolean flush() throws IOException {
        lock.lock();
        try {
            return sendAll();
        } finally {
            lock.unlock();
        }
    }

    private boolean sendAll() throws IOException {
        while (!packets.isEmpty()) {
            List<Outgoing> together = together();
            int sent = socket.send(joined(together),
                    together.getFirst().descriptors.stream().mapToInt(Integer::intValue).toArray());
            if (sent == -Errno.EAGAIN || sent == -Errno.ENOBUFS || sent == -Errno.ETOOMANYREFS) {
                return false;
            }
            SystemCallException.require("sendmsg", sent);
            for (Outgoing packet : together) {
                packets.poll();
                waitingBytes -= packet.occupiedBytes();
            }
        }
        return true;
    }

    /// The first message and those that share its packet: descriptors belong to the first message of a packet.
    private List<Outgoing> together() {
        List<Outgoing> together = new ArrayList<>();
        int bytes = 0;
        for (int i = 0; i < packets.size(); i++) {
            Outgoing packet = packets.get(i);
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
    /// @return null when no packet waits; a packet without messages when the other side is gone
    public @Nullable Received receive() throws IOException {
        SeqpacketSocket.Packet packet = socket.receive();
        return packet == null ? null : received(packet);
    }

    /// Receives one packet; waits for it, at most for the given time.
    ///
    /// @return empty when no packet came in time
    public Optional<Received> await(long atMostNanos) throws IOException {
        Optional<SeqpacketSocket.Packet> packet = socket.await(atMostNanos);
        return packet.isPresent() ? Optional.of(received(packet.get())) : Optional.empty();
    }

    /// Parses a packet. If the packet is damaged, closes its descriptors, which no message takes.
    private static Received received(SeqpacketSocket.Packet packet) throws IOException {
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

    /// Closes the channel; the other side sees the end.
    public void close() throws IOException {
        socket.close();
    }
}
