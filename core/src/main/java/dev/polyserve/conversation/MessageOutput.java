package dev.polyserve.conversation;

import dev.polyserve.Attribute;
import dev.polyserve.Cause;
import dev.polyserve.Client;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Output;
import dev.polyserve.Sender;
import dev.polyserve.coroutine.carrier.CarrierThread;
import dev.polyserve.spi.ConnectionOwner;
import dev.polyserve.spi.PoolableConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Collects the output of one message while it is handled. That is collected apart from that of other messages and of
/// senders, and joins the connection's output in one piece, when the message is handled or its handler flushes.
///
/// A later message uses it again, of another connection too: a handler that keeps it can write to no other connection,
/// because every call requires the thread that handles the message ([#used]). To save an object, this class is also the source
/// of its buffers.
///
/// Collecting is the handler's own code, during which the loop can be handed off. What touches the conversation or the
/// loop's buffers enters the library ([#perform]).
///
/// **Thread**: the coroutine that handles the message; what the conversation asks, the owner.
final class MessageOutput implements Output, ConnectionOwner, BufferPool {
    /// What follows the reply.
    enum Ending {
        NONE, OUTPUT, CONNECTION
    }

    private final OutputBuffer out = new OutputBuffer(this, Integer.MAX_VALUE);
    /// The connection of the message; null while no message uses it.
    private @Nullable MessageConversation<?> conversation;
    /// The output of the message after this one, while replies are sent in order.
    @Nullable
    MessageOutput following;
    private @Nullable Thread coroutine;
    private HandlerBorder border = HandlerBorder.NONE;
    private @Nullable HandlerHost host;
    /// What the handler of the message has taken or begun; null until then.
    private volatile @Nullable HandlerOutgoingConnections outgoing;
    /// Whether its handler waits. A handler beside the loop reads it, too: the permit of its thread alone does not tell, since
    /// the wait for a call of the loop takes that, too.
    private volatile boolean waiting;
    private Ending ending = Ending.NONE;

    // --- the conversation's side ---

    /// A handler begins.
    ///
    /// @param connection that of the message
    /// @param handling the coroutine that runs it
    /// @param crossing its border
    /// @param runs what runs it on the loop
    void begins(MessageConversation<?> connection, Thread handling, HandlerBorder crossing,
            @Nullable HandlerHost runs) {
        conversation = connection;
        coroutine = handling;
        border = crossing;
        host = runs;
        if (waiting) {
            waiting = false;
        }
        ending = Ending.NONE;
    }

    /// The handler has returned or thrown.
    void handled() {
        coroutine = null;
        border = HandlerBorder.NONE;
        host = null;
    }

    /// Ends the connections that its handler has not given back. **Thread**: the coroutine that has handled the message.
    ///
    /// @param whole whether what was collected for them is still sent
    void endOutgoing(boolean whole) {
        HandlerOutgoingConnections begun = outgoing;
        if (begun != null) {
            outgoing = null;
            begun.endAll(whole);
        }
    }

    /// Whether a handler uses it.
    boolean inUse() {
        return coroutine != null;
    }

    /// The reply has joined the connection's output: another message may use it.
    void joined() {
        conversation = null;
    }

    /// Whether no message uses it, not even one that is handled and whose reply waits for its turn.
    boolean isUnused() {
        return conversation == null;
    }

    /// Discards what a message has left, if one uses it.
    void discard() {
        if (conversation != null) {
            handled();
            out.clear();
            following = null;
            conversation = null;
        }
    }

    boolean isOf(MessageConversation<?> connection, Thread thread) {
        return thread.equals(coroutine) && connection == conversation;
    }

    void interrupt() {
        HandlerOutgoingConnections begun = outgoing;
        if (begun != null) {
            begun.abortAll();
        }
        if (coroutine != null) {
            coroutine.interrupt();
        }
    }

    /// Whether an outgoing connection of its handler threw it, because of its peer.
    boolean hasThrown(MessageConversation<?> connection, Throwable error) {
        HandlerOutgoingConnections begun = outgoing;
        return connection == conversation && begun != null && begun.hasThrown(error);
    }

    /// Makes the connection end after this reply.
    void closes() {
        ending = Ending.CONNECTION;
        connection().noMoreMessages();
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

    private MessageConversation<?> connection() {
        MessageConversation<?> now = conversation;
        if (now == null) {
            throw new IllegalStateException("no message uses this output");
        }
        return now;
    }

    // --- the handler's side ---

    /// The connection, for the handler of its message.
    private MessageConversation<?> used() {
        if (!Thread.currentThread().equals(coroutine)) {
            throw new IllegalStateException(
                    "the output of a message is used after its handler has returned, or on another"
                            + " thread; use its connection's sender()");
        }
        return connection();
    }

    /// What a handler has the conversation do. Constants, so that a call allocates nothing.
    private interface Call<A, R extends @Nullable Object> {
        R run(MessageConversation<?> conversation, A argument);
    }

    /// Performs a call on the loop: at once if the handler's thread has the loop, else the loop runs it.
    private <A, R extends @Nullable Object> R perform(Call<A, R> call, A argument) {
        MessageConversation<?> served = used();
        boolean entered = border.enterLibrary();
        try {
            return performEntered(served, call, argument);
        } finally {
            border.leaveIf(entered);
        }
    }

    private <A, R extends @Nullable Object> R performEntered(MessageConversation<?> served, Call<A, R> call,
            A argument) {
        return border.isOnLoop() ? call.run(served, argument) : served.callLoop(() -> call.run(served, argument));
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        MessageConversation<?> served = requireOutput();
        int end = offset + length;
        for (int from = offset; from < end;) {
            int piece = Math.min(end - from, room(served));
            out.append(bytes, from, piece);
            from += piece;
        }
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        MessageConversation<?> served = requireOutput();
        int end = bytes.limit();
        try {
            while (bytes.position() < end) {
                bytes.limit(bytes.position() + Math.min(end - bytes.position(), room(served)));
                out.append(bytes);
            }
        } finally {
            bytes.limit(end);
        }
    }

    @Override
    public void writeByte(int value) throws IOException {
        int most = room(requireOutput());
        assert most > 0;
        out.append((byte) value);
    }

    /// How many bytes may be collected now; at least one, for which it waits.
    private int room(MessageConversation<?> served) throws IOException {
        int highWaterBytes = served.buffers.limits.highWaterBytes();
        if (out.pending() >= highWaterBytes) {
            send(served, MessageConversation::joinsPartly);
        }
        return highWaterBytes - out.pending();
    }

    @Override
    public void flush() throws IOException {
        send(used(), MessageConversation::joins);
    }

    /// Sends what was collected, and waits until the peer reads it.
    private void send(MessageConversation<?> served, Call<MessageOutput, Boolean> joins) throws IOException {
        served.requireSendable();
        boolean entered = border.enterLibrary();
        try {
            await(served, joins);
            await(served, MessageConversation::isRead);
        } finally {
            border.leaveIf(entered);
        }
        served.requireSendable();
    }

    /// Waits until the conversation says that a step of a flush is done. A pinned handler first has the loop handed off.
    private void await(MessageConversation<?> served, Call<MessageOutput, Boolean> step) throws IOException {
        while (!performEntered(served, step, this)) {
            while (waiting) {
                served.requireSendable();
                if (!CarrierThread.park(served) && !border.mayBlock()) {
                    throw new PinnedWaitException(CarrierThread.refusal("the connection's handler"));
                }
                if (Thread.currentThread().isInterrupted() && !served.broken()) {
                    throw new ClosedByInterruptException();
                }
            }
        }
    }

    /// The end of the connection's output may be seen late, beside the loop: what is written then is discarded.
    private MessageConversation<?> requireOutput() throws IOException {
        MessageConversation<?> served = used();
        if (ending != Ending.NONE || served.ended()) {
            throw new IOException("the output was ended: nothing can be written after end() or close()");
        }
        served.requireSendable();
        return served;
    }

    @Override
    public long pendingBytes() {
        return perform((served, _) -> served.pendingBytes(), this) + out.pending();
    }

    @Override
    public boolean ended() {
        MessageConversation<?> served = used();
        return ending != Ending.NONE || served.ended();
    }

    @Override
    public void end() {
        var _ = used();
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
        return used().info();
    }

    @Override
    public boolean draining() {
        return used().draining();
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

    // --- outgoing connections ---

    private Connector.Owner owner() {
        MessageConversation<?> served = used();
        HandlerOutgoingConnections begun = outgoing;
        if (begun == null) {
            begun = new HandlerOutgoingConnections();
            outgoing = begun;
        }
        return new Connector.Owner(host, border, begun, served.info());
    }

    @Override
    public Object home() {
        MessageConversation<?> served = used();
        HandlerHost runs = host;
        return runs == null ? served.connector() : runs.home();
    }

    @Override
    public PoolableConnection connect(Client to) throws IOException {
        Connector.Owner owner = owner();
        MessageConversation<?> served = used();
        served.requireSendable();
        return served.connector().connect(to, owner);
    }

    @Override
    public boolean take(PoolableConnection unowned) {
        Connector.Owner owner = owner();
        Connector connector = used().connector();
        return ((OutgoingConversation) unowned).take(owner, another -> connector.connect(another, owner));
    }

    @Override
    public boolean leave(PoolableConnection owned) {
        return ((OutgoingConversation) owned).leave(used().connector().unowned());
    }

    // --- the buffers are the loop's, for the coroutine only, as those of a handler's connection ---

    @Override
    public HeapBuffer take(int atLeastBytes) {
        boolean entered = border.enterLibrary();
        try {
            return border.isOnLoop() ? connection().pool().take(atLeastBytes) : new HeapBuffer(atLeastBytes);
        } finally {
            border.leaveIf(entered);
        }
    }

    @Override
    public void give(HeapBuffer chunk) {
        boolean entered = border.enterLibrary();
        try {
            if (border.isOnLoop()) {
                connection().pool().give(chunk);
            }
        } finally {
            border.leaveIf(entered);
        }
    }

    @Override
    public boolean reclaims() {
        return connection().pool().reclaims();
    }
}
