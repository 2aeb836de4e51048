package dev.polyserve.linux.control;

import dev.polyserve.Cause;
import dev.polyserve.coroutine.carrier.NonQueueingLock;
import dev.polyserve.coroutine.queue.OutOfMemorySafeQueue;
import dev.polyserve.linux.socket.SeqpacketSocket;
import dev.polyserve.linux.socket.NonSocketDescriptor;
import dev.polyserve.linux.system.DescriptorMessage;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.PollDescriptors;
import dev.polyserve.linux.system.SystemCallException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The socket between a supervisor and one worker: messages in packets, with descriptors beside them. Each side sees
/// the end of the channel when the other process dies, whatever the cause.
///
/// Messages that the socket does not accept at once wait here, in order, up to a limit of bytes; [#flush] sends them.
/// The sender keeps the descriptors of a message open until the message is sent.
///
/// **Thread**: any thread may send; one thread receives.
public final class WorkerControlChannel {
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
    private final OutOfMemorySafeQueue<Outgoing> packets = new OutOfMemorySafeQueue<>();
    /// The bytes that `packets` occupies. Guarded by `lock`.
    private int waitingBytes;

    /// A message that waits to be sent.
    ///
    /// @param bytes its encoding
    /// @param descriptors for the other side
    @SuppressWarnings("ArrayRecordComponent")
    private record Outgoing(byte[] bytes, int... descriptors) {
        int occupiedBytes() {
            return bytes.length + OVERHEAD_BYTES;
        }
    }

    /// A received packet.
    ///
    /// @param messages its messages
    /// @param descriptors the descriptors of the first message
    public record Received(List<WorkerMessage> messages, List<Integer> descriptors) {
        /// Closes the descriptors of a message that is not carried out.
        public void closeDescriptors() {
            new SeqpacketSocket.Packet(ByteBuffer.allocate(0), descriptors).closeDescriptors();
        }
    }

    /// Creates a channel over a socket, which it owns from then on.
    public WorkerControlChannel(SeqpacketSocket socket) {
        this.socket = socket;
    }

    /// The descriptor to watch: readable when a packet has arrived, writable when there is room to send.
    public NonSocketDescriptor source() {
        return socket.source();
    }

    /// Sends the messages of one connection over a channel that both ends of this process use: the first run of this code
    /// loads and links it, which takes milliseconds, and a client would wait for it. **Thread**: any.
    public static void warmUp() throws IOException {
        SeqpacketSocket.Pair pair = SeqpacketSocket.pair();
        WorkerControlChannel sending = new WorkerControlChannel(pair.ours());
        WorkerControlChannel receiving = new WorkerControlChannel(SeqpacketSocket.of(pair.theirs()));
        try {
            sending.pass(receiving, new WorkerCommand.TakeConnection(0, 0, Optional.empty()), pair.theirs().number());
            receiving.pass(sending, new WorkerEventMessage.ConnectionTaken(0));
            receiving.pass(sending, new WorkerEventMessage.HandlerStarted(0));
            receiving.pass(sending, new WorkerEventMessage.ConnectionClosed(0, new Cause.Done(false), 0, 0));
        } finally {
            receiving.close();
            sending.close();
        }
    }

    private void pass(WorkerControlChannel to, WorkerMessage message, int... descriptors) throws IOException {
        boolean passed = send(message, descriptors) && flush();
        Optional<Received> received = to.await(0);
        received.ifPresent(Received::closeDescriptors);
        assert passed && received.map(Received::messages).equals(Optional.of(List.of(message)));
    }

    /// Queues a message for [#flush], unless too many messages wait already because the other side does not read.
    ///
    /// @param descriptors for the other side, which receives copies
    /// @return whether the message is queued
    /// @throws IllegalArgumentException when the message is too large or has too many descriptors: it would block all
    ///         messages behind it
    public boolean send(WorkerMessage message, int... descriptors) {
        byte[] bytes = WorkerMessageWriter.bytes(message);
        if (bytes.length > DescriptorMessage.MOST_BYTES || descriptors.length > DescriptorMessage.MOST_DESCRIPTORS) {
            throw new IllegalArgumentException("a message of " + bytes.length + " bytes with " + descriptors.length
                    + " descriptors; a control channel takes at most " + DescriptorMessage.MOST_BYTES + " and "
                    + DescriptorMessage.MOST_DESCRIPTORS);
        }
        Outgoing packet = new Outgoing(bytes, descriptors);
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
            int count = together();
            int sent = socket.send(joined(count), packets.get(0).descriptors);
            if (sent == -Errno.EAGAIN || sent == -Errno.ENOBUFS || sent == -Errno.ETOOMANYREFS) {
                return false;
            }
            SystemCallException.require("sendmsg", sent);
            for (; count > 0; count--) {
                waitingBytes -= packets.get(0).occupiedBytes();
                packets.poll();
            }
        }
        return true;
    }

    /// The number of messages that the next packet takes: the first, and those that fit beside it. Descriptors belong to
    /// the first message of a packet.
    private int together() {
        int bytes = packets.get(0).bytes.length;
        int count = 1;
        while (count < Math.min(packets.size(), MOST_TOGETHER)) {
            Outgoing next = packets.get(count);
            bytes += next.bytes.length;
            if (bytes > PACKET_BYTES || next.descriptors.length > 0) {
                break;
            }
            count++;
        }
        return count;
    }

    private ByteBuffer joined(int count) {
        if (count == 1) {
            return ByteBuffer.wrap(packets.get(0).bytes);
        }
        int bytes = 0;
        for (int i = 0; i < count; i++) {
            bytes += packets.get(i).bytes.length;
        }
        ByteBuffer all = ByteBuffer.allocate(bytes);
        for (int i = 0; i < count; i++) {
            all.put(packets.get(i).bytes);
        }
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
            List<WorkerMessage> messages = WorkerMessageReader.all(packet.bytes());
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
