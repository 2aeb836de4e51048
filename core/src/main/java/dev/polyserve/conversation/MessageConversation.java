package dev.polyserve.conversation;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionException;
import dev.polyserve.IncompleteFrameException;
import dev.polyserve.Input;
import dev.polyserve.Limit;
import dev.polyserve.MessageHandler;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import dev.polyserve.spi.ServerProvider;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A connection of an event loop whose messages are handled each in a coroutine that lives for that message. Bytes are
/// framed in the loop's own turn, so an idle connection has no coroutine.
///
/// ```
///   received, sent, inputEnded ─▶ advance ─▶ a next step, and fewer than the most in flight ─▶ runSoon
///                                    ▲                                                           │ (a coroutine)
///                                    └── ends: replies in their order ◀── handler, may wait ◀── run
///   steps:  OPEN ─▶ MESSAGE* ─▶ END? ─▶ (the socket is closed) ─▶ CLOSE
/// ```
///
/// The code of the handler runs outside of the library ([HandlerBorder]); framing is the loop's own turn.
///
/// The queue of the outputs ([ConnectionBuffers#outputs]) has those whose turn is to come, in the order of the replies.
///
/// While no further message may begin, the input is read no further than to one more buffer ([#wantsRead]), and while
/// the peer does not read its replies, no message begins. The conversation finishes once its handlers have returned,
/// even if the socket is closed before.
///
/// **Thread**: the loop's and the coroutines that it runs, one at a time, except `shutdown`, `cutInput` and the sender.
public final class MessageConversation<T> extends LoopProtocolConversation {
    /// What runs next on a coroutine.
    private enum Step {
        NONE, OPEN, MESSAGE, END, CLOSE
    }

    private final ServerProvider.Messages<T> style;
    private final Connector connector;
    private @Nullable MessageHandler<T> handler;
    /// The step that a coroutine is going to run, and its message.
    private Step step = Step.NONE;
    private @Nullable T message;
    /// Whether the handler's `opened` has returned.
    private boolean greeted;
    /// Whether a handler has closed the connection: no message begins any more.
    private boolean lastBegun;
    private boolean finished;
    private boolean closeBegun;
    /// What the coroutines that run its messages know of how long they take.
    private byte expectedLong;

    /// Creates a conversation, not yet open.
    public <C extends ConversationDriver & MessageScheduler> MessageConversation(ServerContext context,
            Identity identity,
            ServerProvider.Messages<T> style, C control) {
        this(context, identity, style, control, Connector.NONE);
    }

    /// Creates a conversation, not yet open.
    ///
    /// @param connector makes the outgoing connections of its handlers
    public <C extends ConversationDriver & MessageScheduler> MessageConversation(ServerContext context,
            Identity identity, ServerProvider.Messages<T> style, C control, Connector connector) {
        super(context, identity, MessageEvents.INSTANCE, control);
        this.style = style;
        this.connector = connector;
    }

    // --- the buffers ---

    /// The loop, which this was created with.
    private MessageScheduler messages() {
        return (MessageScheduler) control;
    }

    @Override
    boolean areBuffersUnused() {
        return isIdle() && super.areBuffersUnused();
    }

    // --- what is wanted next ---

    @Override
    public boolean wantsRead() {
        return super.wantsRead() && (buffers.in.available() == 0 || mayBegin());
    }

    @Override
    public int mostReadBytes() {
        takeBuffers();
        return Math.max(1, buffers.limits.bufferBytesPerConnection() - buffers.in.available());
    }

    /// True while a step is due: the coroutine that runs it ends the turn.
    @Override
    public boolean turnsLater() {
        return step != Step.NONE && !broken();
    }

    @Override
    public boolean done() {
        return super.done() && (broken() || isIdle());
    }

    @Override
    boolean waitsForPeer() {
        return isIdle();
    }

    @Override
    public void waits(boolean unsent) {
        super.waits(unsent);
        buffers.outputs.wakeWaiting();
        if (buffers.in.ended() && isIdle() && !wantsWrite()) {
            advance();
        }
    }

    /// What the last coroutine that ran a message here has learned. **Thread**: the loop's.
    public byte expectedLong() {
        return expectedLong;
    }

    /// Keeps what a coroutine has learned of its messages, for the next one. **Thread**: the loop's.
    public void expectedLong(byte learned) {
        expectedLong = learned;
    }

    /// Whether no step is due or in flight, and every reply is in the connection's output.
    private boolean isIdle() {
        return buffers.outputs.inFlight == 0 && step == Step.NONE && buffers.outputs.first() == null;
    }

    // --- the next step ---

    /// Prepares the next step, if one may begin.
    private void advance() {
        sendReplies();
        if (step != Step.NONE || !mayBegin()) {
            return;
        }
        try {
            begin(nextStep());
        } catch (Throwable e) { // a codec throws: every exception ends only this connection
            failed(e);
        }
    }

    private void begin(Step next) {
        if (next != Step.NONE) {
            messages().runSoon(this);
        }
        step = next;
    }

    private boolean mayBegin() {
        return buffers.outputs.inFlight < (greeted ? style.inFlight() : 1) && !lastBegun && mayHandle()
                && !outputBacklogged();
    }

    private boolean mayHandle() {
        return cause() == null && !closing();
    }

    private Step nextStep() throws IOException {
        if (!greeted) {
            return Step.OPEN;
        }
        message = buffers.in.available() > 0 ? style.codec().decode(buffers.in) : null;
        if (message != null) {
            return Step.MESSAGE;
        }
        if (!buffers.in.ended()) {
            if (buffers.in.available() >= buffers.limits.bufferBytesPerConnection()) {
                throw new LimitException(Limit.BUFFER_PER_CONNECTION);
            }
            return Step.NONE;
        }
        if (buffers.outputs.inFlight > 0) {
            return Step.NONE;
        }
        if (buffers.in.available() > 0) {
            if (wantsWrite()) {
                return Step.NONE; // the replies first: the loss of the peer's last message loses what is not sent
            }
            throw new IncompleteFrameException(buffers.in.take(buffers.in.available()));
        }
        return Step.END;
    }

    // --- on a coroutine ---

    /// Runs the step that is due.
    ///
    /// **Thread**: a coroutine of the loop.
    ///
    /// @param border that coroutine's
    public void run(HandlerBorder border) {
        run(border, null);
    }

    /// The same.
    ///
    /// @param host what runs that coroutine on the loop
    public void run(HandlerBorder border, @Nullable HandlerHost host) {
        Step now = step;
        T due = message;
        step = Step.NONE;
        message = null;
        if (now == Step.CLOSE) {
            close(border);
            return;
        }
        boolean handles = mayHandle();
        MessageOutput output = begins(border, host);
        boolean whole = false;
        try {
            goesOn(now);
            if (handles) {
                handle(now, due, output, border);
            }
            whole = true;
        } catch (Throwable e) { // every exception ends only this connection
            output.closes();
            failed(e);
        } finally { // though the report of a failure fails, for example for lack of memory
            output.endOutgoing(whole);
            ends(output);
        }
    }

    private MessageOutput begins(HandlerBorder border, @Nullable HandlerHost host) {
        takeBuffers();
        MessageOutput output = buffers.outputs.unused();
        output.begins(this, Thread.currentThread(), border, host);
        if (style.inOrder()) {
            buffers.outputs.append(output);
        }
        buffers.outputs.inFlight++;
        return output;
    }

    /// Prepares the next message: another coroutine begins with it when this one waits.
    private void goesOn(Step now) {
        if (now == Step.MESSAGE && style.inFlight() > 1) {
            advance();
        }
    }

    private void handle(Step now, @Nullable T due, MessageOutput output, HandlerBorder border) throws Exception {
        border.leaveLibrary();
        try {
            call(now, due, output);
        } finally {
            var _ = border.enterLibrary();
        }
        if (now == Step.OPEN) {
            greeted = true;
        } else if (now == Step.END) {
            output.closes();
        }
    }

    /// Runs the handler's own code, outside of the library.
    private void call(Step now, @Nullable T due, MessageOutput output) throws Exception {
        if (now == Step.OPEN) {
            handler = style.factory().get();
            handler.opened(output);
            return;
        }
        MessageHandler<T> served = handler;
        if (served == null) {
            throw new IllegalStateException("the handler was not opened: " + this);
        }
        if (due != null) {
            served.handle(due, output);
        } else {
            served.ended(output);
        }
    }

    private void ends(MessageOutput output) {
        // A handler may leave its interrupt status set, which would end the next wait of another one.
        Thread.interrupted();
        output.handled();
        MessageOutputQueue outputs = buffers.outputs;
        outputs.inFlight--;
        if (output == outputs.partlySent) {
            outputs.prepend(output);
            outputs.partlySent = null;
        } else if (!style.inOrder()) {
            outputs.append(output);
        }
        advance();
        endTurn();
        if (finished) {
            closeIfIdle();
        } else if (step == Step.NONE || outputBacklogged()) {
            messages().turn();
        }
        // Else the replies go out with that of the next message, which runs in this turn.
    }

    /// The handler of a message waits, and the loop goes on: sends the replies so far. **Thread**: the loop's.
    public void handlerWaits() {
        if (!finished) {
            messages().turn();
        }
    }

    // --- replies ---

    /// Moves the replies that are ready, and whose turn it is, to the connection's output.
    private void sendReplies() {
        MessageOutputQueue outputs = buffers.outputs;
        for (MessageOutput next; (next = outputs.first()) != null && mayBeSent(next);) {
            outputs.removeFirst(next);
            send(next);
            switch (next.ending()) {
                case NONE -> {
                    // More may follow.
                }
                case OUTPUT -> end();
                case CONNECTION -> close();
            }
            next.joined();
        }
        outputs.wakeWaiting();
    }

    private boolean mayBeSent(MessageOutput reply) {
        return !reply.inUse() && buffers.outputs.partlySent == null && hasRoomFor(reply);
    }

    /// Whether a part of the reply may be sent now, so that it goes out in one piece with the rest.
    private boolean hasTurn(MessageOutput reply) {
        MessageOutput partlySent = buffers.outputs.partlySent;
        return style.inOrder() ? buffers.outputs.first() == reply : partlySent == null || partlySent == reply;
    }

    private boolean hasRoomFor(MessageOutput reply) {
        int pending = buffers.out.pending();
        return pending == 0 || ended() || broken()
                || (!outputBacklogged()
                        && pending + reply.collected().pending() <= buffers.limits.bufferBytesPerConnection());
    }

    private void send(MessageOutput reply) {
        if (ended() || broken()) {
            reply.collected().clear();
            return;
        }
        try {
            output().take(reply.collected());
            reply.collected().reclaim();
        } catch (LimitException e) {
            reply.collected().clear();
            failed(e);
        }
    }

    /// Sends what a message has written so far, if its turn has come. Where no order is kept, that ends a piece of its reply:
    /// others may come before the next.
    ///
    /// @return false if not: then its handler waits, and is woken to look again
    boolean joins(MessageOutput output) {
        return joins(output, true);
    }

    /// As [#joins], but the piece goes on: where no order is kept, other replies wait for its end.
    boolean joinsPartly(MessageOutput output) {
        return joins(output, false);
    }

    private boolean joins(MessageOutput output, boolean pieceEnds) {
        boolean joins = hasTurn(output) && hasRoomFor(output);
        output.waits(!joins);
        if (joins) {
            send(output);
            if (!style.inOrder()) {
                buffers.outputs.partlySent = pieceEnds ? null : output;
                sendReplies();
            }
            endTurn();
            messages().turn();
        }
        return joins;
    }

    /// Whether the peer reads what a message has sent.
    ///
    /// @return false if not: as [#joins]
    boolean isRead(MessageOutput output) {
        boolean read = !outputBacklogged();
        output.waits(!read);
        return read;
    }

    /// Has the loop run a call of a handler beside it ([HandlerBorder]), which waits for the result.
    <R extends @Nullable Object> R callLoop(Supplier<R> call) {
        return messages().call(call);
    }

    /// What makes the outgoing connections of its handlers.
    Connector connector() {
        return connector;
    }

    /// The loop's buffers.
    BufferPool pool() {
        return control.pool();
    }

    /// Throws the cause if nothing can be sent any more. **Thread**: any.
    void requireSendable() throws IOException {
        Cause why = cause();
        if (why != null && broken()) {
            throw new ConnectionException(why);
        }
    }

    /// A handler has closed the connection.
    void noMoreMessages() {
        lastBegun = true;
    }

    // --- the end ---

    @Override
    public void finish() {
        if (conclude()) {
            finished = true;
            closeIfIdle();
        }
    }

    private void closeIfIdle() {
        sendReplies();
        if (isIdle() && !closeBegun) {
            begin(Step.CLOSE);
            closeBegun = true;
        }
    }

    private void close(HandlerBorder border) {
        try {
            over(border);
        } catch (RuntimeException | Error e) {
            closeBegun = false; // for lack of memory: it is begun again
            throw e;
        }
    }

    /// Tells the handler the cause, and completes the connection.
    private void over(HandlerBorder border) {
        giveBuffers();
        MessageHandler<T> served = handler;
        Cause why = cause();
        if (served != null && why != null) {
            handler = null;
            try {
                closed(served, why, border);
            } catch (Throwable e) { // as of a protocol
                context.listener().failed(this, e);
            }
        }
        complete(true);
    }

    private static void closed(MessageHandler<?> served, Cause why, HandlerBorder border) {
        border.leaveLibrary();
        try {
            served.closed(why);
        } finally {
            var _ = border.enterLibrary();
        }
    }

    /// Also interrupts the handlers, as an abort does for a handler with a thread of its own.
    @Override
    void shutdown() {
        super.shutdown();
        messages().post(() -> buffers.outputs.interrupt());
    }

    @Override
    boolean isOfAnotherPeer(Throwable error) {
        return buffers.outputs.haveThrown(this, error);
    }

    @Override
    public boolean isOwnedBy(Thread thread) {
        return buffers.outputs.areOf(this, thread);
    }

    /// The events of a connection, as a protocol receives them. It has no state: the output that it is passed is the
    /// conversation itself.
    private static final class MessageEvents implements Protocol, Supplier<Protocol> {
        private static final MessageEvents INSTANCE = new MessageEvents();

        @Override
        public Protocol get() {
            return this;
        }

        @Override
        public void opened(Output output) {
            advance(output);
        }

        @Override
        public void received(Input input, Output output) {
            advance(output);
        }

        @Override
        public void drained(Output output) {
            advance(output);
        }

        @Override
        public void ended(Output output) {
            advance(output);
        }

        private static void advance(Output output) {
            ((MessageConversation<?>) output).advance();
        }
    }
}
