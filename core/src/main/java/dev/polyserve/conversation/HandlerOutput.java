package dev.polyserve.conversation;

import dev.polyserve.Limit;
import dev.polyserve.Sender;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// The writing side of a handler's connection: pieces are collected, and sent together.
///
/// **Thread**: the owner.
final class HandlerOutput {
    /// Output below this size is not accounted for the time of one write.
    private static final int UNACCOUNTED_BYTES = 8 << 10;
    /// A larger piece goes to the system uncopied: copying it would cost more than another write.
    private static final int DIRECT_WRITE_BYTES = 16 << 10;
    /// A peer that takes this much within the write-stall limit makes progress, however long the whole takes.
    static final int WRITE_PIECE_BYTES = 64 << 10;

    private final HandlerConversation conversation;
    private final Wire wire;
    private final OutputBuffer out;
    private final int highWaterBytes;
    private boolean ended;
    /// Created by the owner on first use; from then on every write takes its lock.
    private @Nullable WireOutbox outbox;

    HandlerOutput(HandlerConversation conversation, Wire wire) {
        var limits = conversation.context.options().limits();
        this.conversation = conversation;
        this.wire = wire;
        this.out = new OutputBuffer(wire.pool(), limits.bufferBytesPerConnection());
        this.highWaterBytes = limits.highWaterBytes();
    }

    void write(byte[] bytes, int offset, int length) throws IOException {
        if (length >= DIRECT_WRITE_BYTES) {
            flush();
            send(ByteBuffer.wrap(bytes, offset, length));
        } else {
            out.append(bytes, offset, length);
            flushAboveHighWater();
        }
    }

    void write(ByteBuffer bytes) throws IOException {
        if (bytes.remaining() >= DIRECT_WRITE_BYTES) {
            flush();
            send(bytes);
        } else {
            out.append(bytes);
            flushAboveHighWater();
        }
    }

    void write(byte value) throws IOException {
        out.append(value);
        flushAboveHighWater();
    }

    int pending() {
        return out.pending();
    }

    int capacity() {
        return out.capacity();
    }

    boolean ended() {
        return ended || (outbox != null && outbox.outputEnded());
    }

    /// Sends the collected output, waiting while the peer does not take it.
    void flush() throws IOException {
        int count = out.pending();
        if (count > 0) {
            if (count > UNACCOUNTED_BYTES) {
                conversation.accountBuffers();
            }
            send(out.pendingBytes());
            out.sent(count);
            out.reclaim();
        }
    }

    /// Ends the output, once, after the queued messages of senders.
    void end() throws IOException {
        if (!ended) {
            ended = true;
            // The last bytes may not have reached the kernel yet.
            conversation.waitsFor(Limit.WRITE_STALL);
            try {
                if (outbox == null) {
                    wire.awaitAcknowledged();
                    wire.endOutput();
                } else {
                    outbox.endOutput();
                }
            } finally {
                conversation.waited();
            }
        }
    }

    /// Sends what is left, including the queued messages of senders, and ends the output.
    void finish() throws IOException {
        flush();
        end();
    }

    /// Accepts no more messages of senders, and discards those not sent.
    void discard() {
        if (outbox != null) {
            outbox.discard();
        }
    }

    void clear() {
        out.clear();
    }

    Sender sender() {
        if (outbox == null) {
            outbox = new WireOutbox(conversation, wire);
            if (ended) {
                outbox.seal();
            }
        }
        return outbox;
    }

    /// Evaluates the question while no sender writes; false while one does.
    boolean whileNotWriting(BooleanSupplier question) {
        return outbox == null ? question.getAsBoolean() : outbox.whileNotWriting(question);
    }

    private void flushAboveHighWater() throws IOException {
        if (out.pending() >= highWaterBytes) {
            flush();
        }
    }

    private void send(ByteBuffer bytes) throws IOException {
        int end = bytes.limit();
        try {
            while (bytes.position() < end) {
                int piece = Math.min(end - bytes.position(), WRITE_PIECE_BYTES);
                bytes.limit(bytes.position() + piece);
                if (outbox == null) {
                    wire.writeAtOnce(bytes);
                }
                if (bytes.hasRemaining()) {
                    sendWaiting(bytes);
                }
                conversation.countOut(piece);
            }
        } catch (IOException e) {
            out.clear();
            throw conversation.lost(e);
        } finally {
            bytes.limit(end);
        }
    }

    private void sendWaiting(ByteBuffer piece) throws IOException {
        conversation.waitsFor(Limit.WRITE_STALL);
        try {
            if (outbox == null) {
                wire.write(piece);
            } else {
                outbox.write(piece);
            }
        } finally {
            conversation.waited();
        }
    }
}
