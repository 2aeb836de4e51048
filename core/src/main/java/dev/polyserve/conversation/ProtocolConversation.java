package dev.polyserve.conversation;

import dev.polyserve.Cause;
import dev.polyserve.Limit;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import dev.polyserve.Sender;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
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
/// A driver performs the wanted operations: the blocking [ProtocolPump], a readiness loop, a completion ring.
///
/// **Thread**: the owner, except [#shutdown], [#cutInput] and the sender.
public final class ProtocolConversation extends Conversation implements Output {
    private final Supplier<? extends Protocol> factory;
    private final ProtocolDriver driver;
    /// The wire of a pumped conversation; null in a driven one.
    private final @Nullable Wire wire;
    private final InputBuffer in;
    private final OutputBuffer out;
    private final int highWaterBytes;
    private @Nullable Protocol protocol;
    private @Nullable Outbox outbox;
    private boolean opened;
    private boolean closing;
    private boolean outputEnding;
    private boolean outputEnded;
    private boolean aboveHighWater;

    private ProtocolConversation(ServerContext context, Identity identity, Supplier<? extends Protocol> factory,
            ProtocolDriver driver, @Nullable Wire wire) {
        super(context, identity);
        this.factory = factory;
        this.driver = driver;
        this.wire = wire;
        var limits = context.options().limits();
        this.in = new InputBuffer(driver.pool(), limits.bufferBytesPerConnection(), limits.frameBytes());
        this.out = new OutputBuffer(driver.pool(), limits.bufferBytesPerConnection());
        this.highWaterBytes = limits.highWaterBytes();
    }

    /// Creates a conversation that an event loop drives.
    public static ProtocolConversation driven(ServerContext context, Identity identity,
            Supplier<? extends Protocol> factory, ProtocolDriver driver) {
        return new ProtocolConversation(context, identity, factory, driver, null);
    }

    /// Creates a conversation that a thread pumps over a wire that waits.
    public static ProtocolConversation pumped(ServerContext context, Identity identity,
            Supplier<? extends Protocol> factory, Wire wire) {
        return new ProtocolConversation(context, identity, factory, new WireDriver(wire), wire);
    }

    // --- the wanted operations ---

    /// Whether more input may come.
    public boolean wantsRead() {
        return !in.ended() && !closing && !outputBacklogged() && cause() == null;
    }

    /// Whether output is pending.
    public boolean wantsWrite() {
        return out.pending() > 0;
    }

    /// Whether the output is to be ended now: everything was sent and nothing will follow.
    public boolean wantsEndOutput() {
        return outputEnding && !outputEnded && nothingToSend();
    }

    /// A pump sends queued messages itself, before it ends the output.
    private boolean nothingToSend() {
        return out.pending() == 0 && (!(outbox instanceof LoopOutbox queued) || queued.isEmpty());
    }

    /// Whether only [#finish] is left.
    public boolean done() {
        return broken() || ((closing || cause() != null) && nothingToSend());
    }

    /// The buffer for the driver's input.
    public InputBuffer input() {
        return in;
    }

    /// The bytes for the driver to send.
    public ByteBuffer pendingOutput() {
        return out.pendingBytes();
    }

    // --- events ---

    /// Begins the conversation; afterwards it may be [#done] already.
    public void open() {
        opened = begin(wire == null ? null : Thread.currentThread());
        if (!opened) {
            closing = true;
            return;
        }
        turn(() -> {
            protocol = factory.get();
            protocol.opened(this);
        });
    }

    /// Records that `count` bytes were put into [#input].
    public void received(int count) {
        waited();
        countIn(count);
        Protocol served = protocol;
        if (served != null && !closing && cause() == null) {
            try {
                served.received(in, this);
            } catch (Throwable e) { // every exception ends only this connection
                failed(e);
            }
            endTurn();
        }
    }

    /// The peer has ended its side, or the input was cut.
    public void inputEnded() {
        if (in.ended() && inputCut()) {
            close();
        }
        if (in.ended() || closing || cause() != null) {
            in.end();
            return;
        }
        in.end();
        turn(() -> {
            Protocol served = requireProtocol();
            if (in.available() > 0) {
                served.received(in, this);
            }
            served.ended(this);
        });
    }

    /// Records that the kernel accepted `count` bytes of [#pendingOutput].
    public void sent(int count) {
        countOut(count);
        out.sent(count);
        if (out.pending() > 0) {
            return;
        }
        out.reclaim();
        if (outbox != null) {
            takeQueued();
        }
        if (aboveHighWater && out.pending() == 0 && !closing && !outputEnding && cause() == null) {
            aboveHighWater = false;
            turn(() -> requireProtocol().drained(this));
        }
    }

    /// The output was ended, as [#wantsEndOutput] requested.
    public void outputEnded() {
        outputEnded = true;
    }

    /// The system reports that the connection is lost, or a limit has passed.
    public void lost(IOException e) {
        if (e instanceof LimitException limit) {
            settle(causeOf(limit));
            return;
        }
        settle(new Cause.PeerReset(String.valueOf(e.getMessage())));
        // Also after an earlier cause: otherwise every turn would try to send its last bytes again.
        sendsNothingMore();
    }

    /// The driver is about to wait for the wanted operation: the time limits run from now.
    public void waits() {
        waits(false);
    }

    /// As [#waits()].
    ///
    /// @param unsent whether the kernel has yet to accept the last bytes, though none are pending here
    public void waits(boolean unsent) {
        in.reclaim();
        try {
            if (cause() == null) {
                account((long) in.capacity() + out.capacity());
            }
        } catch (LimitException e) {
            lost(e);
        }
        boolean writes = unsent || out.pending() > 0;
        waitsFor(writes ? Limit.WRITE_STALL : bytesIn() == 0 ? Limit.FIRST_BYTE : Limit.IDLE);
    }

    /// Takes the messages that senders have queued, as far as the high-water mark allows. **Thread**: the owner.
    public void takeQueued() {
        if (!(outbox instanceof LoopOutbox queued)) {
            return;
        }
        queued.came();
        try {
            for (ByteBuffer message; out.pending() < highWaterBytes && (message = queued.poll()) != null;) {
                int bytes = message.remaining();
                try {
                    out.append(message);
                } finally {
                    queued.left(bytes);
                }
            }
        } catch (LimitException e) {
            lost(e);
            queued.discard();
        }
        if (queued.endsNow()) {
            end();
        }
        if (queued.closesNow() && !inputCut()) {
            cutInput(false);
        }
    }

    /// Completes it after the socket is closed: notifies the protocol and the listener, and runs the callbacks. Called
    /// once.
    public void finish() {
        if (!opened) {
            // It was claimed and completed by another call.
            return;
        }
        leaveHandler();
        settle(ending(in.ended()));
        if (outbox != null) {
            outbox.discard();
        }
        in.clear();
        out.clear();
        Cause why = cause();
        if (protocol != null && why != null) {
            try {
                protocol.closed(why);
            } catch (Throwable e) {
                context.listener().failed(this, e);
            }
        }
        complete(true);
    }

    /// Whether the last bytes must still reach the peer.
    public boolean graceful() {
        return !broken();
    }

    /// Whether the peer may have sent bytes that were not read, which must be discarded before closing.
    public boolean mayHaveUnread() {
        return mayHaveUnread(in.ended());
    }

    private boolean outputBacklogged() {
        return out.pending() >= highWaterBytes;
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

    private void endTurn() {
        if (outputBacklogged()) {
            aboveHighWater = true;
        }
        if ((closing || outputEnding) && outbox != null) {
            outbox.seal();
            takeQueued();
        }
    }

    private void failed(Throwable error) {
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
    public void write(byte[] bytes, int offset, int length) throws IOException {
        requireOutput();
        out.append(bytes, offset, length);
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        requireOutput();
        out.append(bytes);
    }

    @Override
    public void writeByte(int value) throws IOException {
        requireOutput();
        out.append((byte) value);
    }

    @Override
    public boolean ended() {
        return outputEnding;
    }

    @Override
    public long pendingBytes() {
        return out.pending();
    }

    @Override
    public void end() {
        outputEnding = true;
    }

    @Override
    public void close() {
        closing = true;
        outputEnding = true;
    }

    @Override
    public Sender sender() {
        if (outbox == null) {
            outbox = wire == null ? new LoopOutbox(this, driver) : new WireOutbox(this, wire);
            if (outputEnding) {
                outbox.seal();
            }
        }
        return outbox;
    }

    /// Waits, after the peer's end, until the output is ended. **Thread**: the pump.
    void awaitCut() {
        if (driver instanceof WireDriver waiting) {
            waiting.await(() -> inputCut() || cause() != null);
        }
    }

    /// The outbox of a pumped conversation; the pump shares its lock.
    @Nullable WireOutbox wireOutbox() {
        return outbox instanceof WireOutbox shared ? shared : null;
    }

    @Override
    long waitBeginsNanos() {
        return driver.waitBeginsNanos(this, context.clock());
    }

    @Override
    ReadinessCheck pending(boolean toWrite) {
        return toWrite || wantsRead() ? driver.pending(toWrite) : ReadinessCheck.NO;
    }

    @Override
    public void reset(Cause why) {
        giveUp(why);
        driver.resetOnClose();
    }

    @Override
    void shutdown() {
        driver.shutdown();
    }

    @Override
    void discard() {
        driver.discard();
    }

    @Override
    void cutInput() {
        driver.cutInput();
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
