package dev.polyserve.conversation;

import dev.polyserve.Attribute;
import dev.polyserve.Cause;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Output;
import dev.polyserve.Sender;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The output of one message in handling. It is collected apart from that of other messages and of senders, and joins
/// the connection's output in one piece, when the message is handled or its handler flushes.
///
/// A connection uses it again for a later message.
///
/// **Thread**: the coroutine that handles the message; what the conversation asks, the owner.
final class MessageOutput implements Output {
    /// What follows the reply.
    enum Ending {
        NONE, OUTPUT, CONNECTION
    }

    private final MessageConversation<?> conversation;
    private final OutputBuffer out;
    private final int highWaterBytes;
    /// The output of the message after this one, while replies are sent in order.
    @Nullable
    MessageOutput following;
    private @Nullable Thread coroutine;
    private boolean waiting;
    private Ending ending = Ending.NONE;

    MessageOutput(MessageConversation<?> conversation, BufferPool pool, int highWaterBytes) {
        this.conversation = conversation;
        this.out = new OutputBuffer(pool, Integer.MAX_VALUE);
        this.highWaterBytes = highWaterBytes;
    }

    // --- the conversation's side ---

    void begins(Thread handling) {
        coroutine = handling;
        ending = Ending.NONE;
    }

    /// The handler has returned or thrown.
    void handled() {
        coroutine = null;
    }

    /// Whether a handler uses it.
    boolean inUse() {
        return coroutine != null;
    }

    boolean isOf(Thread thread) {
        return thread.equals(coroutine);
    }

    void interrupt() {
        if (coroutine != null) {
            coroutine.interrupt();
        }
    }

    /// Makes the connection end after this reply.
    void closes() {
        ending = Ending.CONNECTION;
        conversation.noMoreMessages();
    }

    Ending ending() {
        return ending;
    }

    /// The collected bytes.
    OutputBuffer collected() {
        return out;
    }

    /// Records whether its handler waits for the conversation; [#wake] then ends the wait.
    void waits(boolean now) {
        waiting = now;
    }

    void wake() {
        if (waiting) {
            LockSupport.unpark(coroutine);
        }
    }

    // --- the handler's side ---

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        requireOutput();
        int end = offset + length;
        for (int from = offset; from < end;) {
            int piece = Math.min(end - from, room());
            out.append(bytes, from, piece);
            from += piece;
        }
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        requireOutput();
        int end = bytes.limit();
        try {
            while (bytes.position() < end) {
                bytes.limit(bytes.position() + Math.min(end - bytes.position(), room()));
                out.append(bytes);
            }
        } finally {
            bytes.limit(end);
        }
    }

    @Override
    public void writeByte(int value) throws IOException {
        requireOutput();
        int most = room();
        assert most > 0;
        out.append((byte) value);
    }

    /// How many bytes may be collected now; at least one, for which it waits.
    private int room() throws IOException {
        if (out.pending() >= highWaterBytes) {
            flush();
        }
        return highWaterBytes - out.pending();
    }

    @Override
    public void flush() throws IOException {
        conversation.requireSendable();
        conversation.flush(this);
    }

    private void requireOutput() throws IOException {
        if (ended()) {
            throw new IOException("the output was ended: nothing can be written after end() or close()");
        }
        conversation.requireSendable();
    }

    @Override
    public long pendingBytes() {
        return out.pending() + conversation.pendingBytes();
    }

    @Override
    public boolean ended() {
        return ending != Ending.NONE || conversation.ended();
    }

    @Override
    public void end() {
        if (ending == Ending.NONE) {
            ending = Ending.OUTPUT;
        }
    }

    @Override
    public void close() {
        closes();
    }

    @Override
    public void reset(Cause why) {
        conversation.reset(why);
    }

    @Override
    public ConnectionInfo info() {
        return conversation.info();
    }

    @Override
    public boolean draining() {
        return conversation.draining();
    }

    @Override
    public Sender sender() {
        return conversation.sender();
    }

    @Override
    public <T> @Nullable T get(Attribute<T> attribute) {
        return conversation.get(attribute);
    }

    @Override
    public <T> void set(Attribute<T> attribute, @Nullable T value) {
        conversation.set(attribute, value);
    }
}
