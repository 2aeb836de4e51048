package dev.polyserve.conversation;

import dev.polyserve.Attribute;
import dev.polyserve.Cause;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Output;
import dev.polyserve.Sender;
import dev.polyserve.coroutine.carrier.CarrierThread;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The output of one message in handling. It is collected apart from that of other messages and of senders, and joins
/// the connection's output in one piece, when the message is handled or its handler flushes.
///
/// A connection uses it again for a later message. To save an object, this class is also the source of its buffers.
///
/// Collecting is the handler's own code, during which the loop can be handed off. What touches the conversation or the
/// loop's buffers enters the library ([#perform]).
///
/// **Thread**: the coroutine that handles the message; what the conversation asks, the owner.
final class MessageOutput implements Output, BufferPool {
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
    private HandlerBorder border = HandlerBorder.NONE;
    /// Whether its handler waits. A handler beside the loop reads it, too: the permit of its thread alone does not tell, since
    /// the wait for a call of the loop takes that, too.
    private volatile boolean waiting;
    private Ending ending = Ending.NONE;

    MessageOutput(MessageConversation<?> conversation, int highWaterBytes) {
        this.conversation = conversation;
        this.out = new OutputBuffer(this, Integer.MAX_VALUE);
        this.highWaterBytes = highWaterBytes;
    }

    // --- the conversation's side ---

    /// A handler begins.
    ///
    /// @param handling the coroutine that runs it
    /// @param crossing its border
    void begins(Thread handling, HandlerBorder crossing) {
        coroutine = handling;
        border = crossing;
        if (waiting) {
            waiting = false;
        }
        ending = Ending.NONE;
    }

    /// The handler has returned or thrown.
    void handled() {
        coroutine = null;
        border = HandlerBorder.NONE;
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

    /// Records whether its handler waits for the conversation, until [#wake].
    void waits(boolean now) {
        waiting = now;
    }

    void wake() {
        if (waiting) {
            waiting = false;
            LockSupport.unpark(coroutine);
        }
    }

    // --- the handler's side ---

    /// What a handler has the conversation do. Constants, so that a call allocates nothing.
    private interface Call<A, R extends @Nullable Object> {
        R run(MessageConversation<?> conversation, A argument);
    }

    /// Performs a call on the loop: at once if the handler's thread has the loop, else the loop runs it.
    private <A, R extends @Nullable Object> R perform(Call<A, R> call, A argument) {
        boolean entered = border.enterLibrary();
        try {
            return performEntered(call, argument);
        } finally {
            border.leaveIf(entered);
        }
    }

    private <A, R extends @Nullable Object> R performEntered(Call<A, R> call, A argument) {
        return border.isOnLoop()
                ? call.run(conversation, argument)
                : conversation.callLoop(() -> call.run(conversation, argument));
    }

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
            send(MessageConversation::joinsPartly);
        }
        return highWaterBytes - out.pending();
    }

    @Override
    public void flush() throws IOException {
        send(MessageConversation::joins);
    }

    /// Sends what was collected, and waits until the peer reads it.
    private void send(Call<MessageOutput, Boolean> joins) throws IOException {
        conversation.requireSendable();
        boolean entered = border.enterLibrary();
        try {
            await(joins);
            await(MessageConversation::isRead);
        } finally {
            border.leaveIf(entered);
        }
        conversation.requireSendable();
    }

    /// Waits until the conversation says that a step of a flush is done. A pinned handler first has the loop handed off.
    private void await(Call<MessageOutput, Boolean> step) throws IOException {
        while (!performEntered(step, this)) {
            while (waiting) {
                conversation.requireSendable();
                if (!CarrierThread.park(conversation) && !border.mayBlock()) {
                    throw new PinnedWaitException(CarrierThread.refusal("the connection's handler"));
                }
                if (Thread.currentThread().isInterrupted() && !conversation.broken()) {
                    throw new ClosedByInterruptException();
                }
            }
        }
    }

    /// The end of the connection's output may be seen late, beside the loop: what is written then is discarded.
    private void requireOutput() throws IOException {
        if (ended()) {
            throw new IOException("the output was ended: nothing can be written after end() or close()");
        }
        conversation.requireSendable();
    }

    @Override
    public long pendingBytes() {
        return out.pending() + perform((served, _) -> served.pendingBytes(), this);
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
        perform((_, output) -> {
            output.closes();
            return true;
        }, this);
    }

    @Override
    public void reset(Cause why) {
        perform((served, cause) -> {
            served.reset(cause);
            return true;
        }, why);
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
        return perform((served, _) -> served.sender(), this);
    }

    @Override
    public <T> @Nullable T get(Attribute<T> attribute) {
        return perform(MessageConversation::get, attribute);
    }

    @Override
    public <T> void set(Attribute<T> attribute, @Nullable T value) {
        perform((served, set) -> {
            served.set(set, value);
            return true;
        }, attribute);
    }

    // --- the buffers are the loop's, for the coroutine only, as those of a handler's connection ---

    @Override
    public Chunk take(int atLeastBytes) {
        boolean entered = border.enterLibrary();
        try {
            return border.isOnLoop() ? conversation.pool().take(atLeastBytes) : new Chunk(atLeastBytes);
        } finally {
            border.leaveIf(entered);
        }
    }

    @Override
    public void give(Chunk chunk) {
        boolean entered = border.enterLibrary();
        try {
            if (border.isOnLoop()) {
                conversation.pool().give(chunk);
            }
        } finally {
            border.leaveIf(entered);
        }
    }

    @Override
    public boolean reclaims() {
        return conversation.pool().reclaims();
    }
}
