package dev.polyserve.conversation;

import dev.polyserve.Cause;
import dev.polyserve.Limit;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import dev.polyserve.Sender;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// A connection served by an event-style [Protocol]: bytes in, bytes out, and the next wanted operation.
///
/// ```
///   open ─▶ (received | sent | inputEnded)* ─▶ done? ─▶ finish
///              │
///              ├─ wantsWrite   output is pending
///              ├─ wantsRead    input is open and the output below the high-water mark
///              └─ wantsEndOutput, done
/// ```
///
/// This class calls the protocol and knows what it wants next. What performs that, and how the messages of senders reach
/// the output, is what distinguishes a [LoopProtocolConversation] from a [BlockingProtocolConversation].
///
/// **Thread**: the owner, except `shutdown`, `cutInput` and the sender.
public abstract sealed class ProtocolConversation extends BufferedConversation implements Output
        permits LoopProtocolConversation, BlockingProtocolConversation {
    private final Supplier<? extends Protocol> factory;
    private @Nullable Protocol protocol;
    private boolean closing;
    private boolean outputEnding;
    private boolean outputEnded;
    private boolean aboveHighWater;

    ProtocolConversation(ServerContext context, Identity identity, Supplier<? extends Protocol> factory,
            ConversationDriver control) {
        super(context, identity, control);
        this.factory = factory;
    }

    /// With these buffers at its beginning.
    ProtocolConversation(ServerContext context, Identity identity, Supplier<? extends Protocol> factory,
            ConversationDriver control, ConnectionBuffers buffers) {
        super(context, identity, control, buffers);
        this.factory = factory;
    }

    // --- the wanted operations ---

    /// Whether more input may come.
    public boolean wantsRead() {
        return !buffers.in.ended() && !closing && !outputBacklogged() && cause() == null;
    }

    /// Whether output is pending.
    public final boolean wantsWrite() {
        return buffers.out.pending() > 0;
    }

    /// Whether the output is to be ended now: everything was sent and nothing will follow.
    public final boolean wantsEndOutput() {
        return outputEnding && !outputEnded && nothingToSend();
    }

    private boolean nothingToSend() {
        return buffers.out.pending() == 0 && !hasQueued();
    }

    /// Whether only [#finish] is left.
    public boolean done() {
        return broken() || ((closing || cause() != null) && nothingToSend());
    }

    /// Whether the conversation itself has the driver do what is wanted, later in this turn of the loop.
    public boolean turnsLater() {
        return false;
    }

    /// The most bytes that the driver may read at once.
    public int mostReadBytes() {
        return Integer.MAX_VALUE;
    }

    /// The buffer for the driver's input.
    public InputBuffer input() {
        return buffers.in;
    }

    /// The buffer to write to.
    OutputBuffer output() {
        return buffers.out;
    }

    /// The bytes for the driver to send.
    public final ByteBuffer pendingOutput() {
        return buffers.out.pendingBytes();
    }

    // --- events ---

    /// Begins the conversation; afterwards it may be [#done] already.
    ///
    /// @param handlerThread the thread that an abort interrupts; null if the protocol shares it with others
    final void open(@Nullable Thread handlerThread) {
        if (!begin(handlerThread)) {
            closing = true;
            return;
        }
        turn(() -> {
            protocol = factory.get();
            protocol.opened(this);
        });
    }

    /// Records that `count` bytes were put into [#input].
    public final void received(int count) {
        waited();
        countIn(count);
        Protocol served = protocol;
        if (served != null && !closing && cause() == null) {
            try {
                served.received(buffers.in, this);
            } catch (Throwable e) { // every exception ends only this connection
                failed(e);
            }
            endTurn();
        }
    }

    /// The peer has ended its side, or the input was cut.
    public final void inputEnded() {
        if (buffers.in.ended() && inputCut() && waitsForPeer()) {
            close();
        }
        if (buffers.in.ended() || closing || cause() != null) {
            input().end();
            return;
        }
        input().end();
        turn(() -> {
            Protocol served = requireProtocol();
            if (buffers.in.available() > 0) {
                served.received(buffers.in, this);
            }
            served.ended(this);
        });
    }

    /// Records that the kernel accepted `count` bytes of [#pendingOutput].
    public final void sent(int count) {
        countOut(count);
        buffers.out.sent(count);
        if (buffers.out.pending() > 0) {
            return;
        }
        buffers.out.reclaim();
        takeQueued();
        if (aboveHighWater && buffers.out.pending() == 0 && !closing && !outputEnding && cause() == null) {
            aboveHighWater = false;
            turn(() -> requireProtocol().drained(this));
        }
    }

    /// The output was ended, as [#wantsEndOutput] requested.
    public final void outputEnded() {
        outputEnded = true;
    }

    /// The system reports that the connection is lost, or a limit has passed.
    public final void lost(IOException e) {
        if (e instanceof LimitException limit) {
            settle(causeOf(limit));
            return;
        }
        if (e instanceof SSLException) {
            failed(e);
        } else {
            settle(new Cause.PeerReset(String.valueOf(e.getMessage())));
        }
        // Also after an earlier cause: otherwise every turn would try to send its last bytes again.
        sendsNothingMore();
    }

    /// The driver is about to wait for the wanted operation: the time limits run from now.
    public final void waits() {
        waits(false);
    }

    /// As [#waits()].
    ///
    /// @param unsent whether the kernel has yet to accept the last bytes, though none are pending here
    public void waits(boolean unsent) {
        buffers.in.reclaim();
        try {
            if (cause() == null) {
                accountBuffers();
            }
        } catch (LimitException e) {
            lost(e);
        }
        if (unsent || buffers.out.pending() > 0) {
            waitsFor(Limit.WRITE_STALL);
        } else if (waitsForPeer()) {
            waitsForInput(buffers.in.available() > 0 && !buffers.in.ended());
        } else {
            waited();
        }
    }

    /// Whether the peer is to send something next, when everything is sent to it.
    boolean waitsForPeer() {
        return true;
    }

    /// Completes it after the socket is closed: notifies the protocol and the listener, and runs the callbacks. Called
    /// again when it has failed for lack of memory; what is done then is not repeated.
    public void finish() {
        if (conclude()) {
            over();
        }
    }

    /// Settles the cause and gives the buffers back.
    ///
    /// @return false when the conversation is over, or was claimed by another call
    final boolean conclude() {
        if (!isRunning()) {
            return false;
        }
        leaveHandler();
        settle(ending(buffers.in.ended()));
        CrossThreadSendQueue queued = senderQueue();
        if (queued != null) {
            queued.discard();
        }
        buffers.in.clear();
        buffers.out.clear();
        return true;
    }

    /// Calls the protocol for the last time, and completes.
    private void over() {
        Cause why = cause();
        Protocol told = protocol;
        if (told != null && why != null) {
            protocol = null;
            try {
                told.closed(why);
            } catch (Throwable e) {
                context.listener().failed(this, e);
            }
        }
        giveBuffers();
        complete(true);
    }

    /// Whether the last bytes must still reach the peer.
    public final boolean graceful() {
        return !broken();
    }

    /// Whether the peer may have sent bytes that were not read, which must be discarded before closing.
    public final boolean mayHaveUnread() {
        return mayHaveUnread(buffers.in.ended());
    }

    final boolean outputBacklogged() {
        return buffers.out.pending() >= buffers.limits.highWaterBytes();
    }

    /// Whether the conversation ends as soon as everything is sent.
    final boolean closing() {
        return closing;
    }

    /// Calls the protocol; no exception of it passes this method.
    private void turn(Call call) {
        try {
            call.run();
        } catch (Throwable e) { // every exception ends only this connection
            failed(e);
        }
        endTurn();
    }

    final void endTurn() {
        if (outputBacklogged()) {
            aboveHighWater = true;
        }
        if (closing || outputEnding) {
            CrossThreadSendQueue queued = senderQueue();
            if (queued != null) {
                queued.seal();
                takeQueued();
            }
        }
    }

    final void failed(Throwable error) {
        Cause why = causeOf(error);
        if (settle(why) && why instanceof Cause.Failed) {
            context.listener().failed(this, error);
        }
        closing = true;
    }

    private Protocol requireProtocol() {
        if (protocol == null) {
            throw new IllegalStateException("the conversation was not opened: " + this);
        }
        return protocol;
    }

    // --- the protocol's side ---

    @Override
    public final void write(byte[] bytes, int offset, int length) throws IOException {
        requireOutput();
        output().append(bytes, offset, length);
    }

    @Override
    public final void write(ByteBuffer bytes) throws IOException {
        requireOutput();
        output().append(bytes);
    }

    @Override
    public final void writeByte(int value) throws IOException {
        requireOutput();
        output().append((byte) value);
    }

    @Override
    public final boolean ended() {
        return outputEnding;
    }

    @Override
    public final long pendingBytes() {
        return buffers.out.pending();
    }

    @Override
    public final void end() {
        outputEnding = true;
    }

    @Override
    public final void close() {
        closing = true;
        outputEnding = true;
    }

    // --- the messages of senders ---

    @Override
    public final Sender sender() {
        CrossThreadSendQueue made = senderQueue();
        if (made == null) {
            made = newSenderQueue();
            if (outputEnding) {
                made.seal();
            }
        }
        return made;
    }

    /// The senders' queue; null until there is one.
    abstract @Nullable CrossThreadSendQueue senderQueue();

    /// Creates the sender queue, which [#senderQueue] returns from now on.
    abstract CrossThreadSendQueue newSenderQueue();

    /// Whether messages of senders wait for the owner to take them.
    abstract boolean hasQueued();

    /// Takes the messages that wait for the owner, as far as the high-water mark allows. **Thread**: the owner.
    abstract void takeQueued();

    @Override
    final ReadinessAtDeadline pending(boolean toWrite) {
        return toWrite || wantsRead() ? super.pending(toWrite) : ReadinessAtDeadline.NO;
    }

    private void requireOutput() throws IOException {
        if (outputEnding) {
            throw new IOException("the output was ended: nothing can be written after end() or close()");
        }
    }

    /// One call of the protocol.
    @FunctionalInterface
    private interface Call {
        void run() throws Exception;
    }
}
