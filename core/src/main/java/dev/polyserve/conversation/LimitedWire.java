package dev.polyserve.conversation;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionException;
import dev.polyserve.Limit;
import dev.polyserve.Sender;
import dev.polyserve.TimedOutException;
import dev.polyserve.text.PrintableAddress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// The wire of a handler's connection, under the rules of the server: each wait has its time limit, moved bytes are
/// counted, the buffers are accounted for, and a failure becomes the connection's cause.
///
/// ```
///   read, write, endOutput ─▶ the wait begins ─▶ wire ─▶ the wait ends ─▶ bytes counted
///                                                  └─ fails ─▶ lost: the cause is settled, and thrown
/// ```
///
/// Once the connection has a sender, output goes through the lock that the two share ([WireOutbox]).
///
/// **Thread**: the owner.
final class LimitedWire {
    private final HandlerConversation conversation;
    private final Wire wire;
    private final HandlerBorder border;
    private boolean outputEnded;
    /// Created by the owner on first use; from then on every write takes its lock.
    private @Nullable WireOutbox outbox;
    private @Nullable TimedOutException lastTimeout;

    LimitedWire(HandlerConversation conversation, Wire wire, HandlerBorder border) {
        this.conversation = conversation;
        this.wire = wire;
        this.border = border;
    }

    /// Waits for input and puts at least one byte into the conversation's buffer. The caller has entered the library.
    ///
    /// @return false at the end of input
    /// @throws TimedOutException when `atMostNanos` was not enough
    boolean read(long atMostNanos) throws IOException {
        accountBuffers();
        conversation.waitsForInput(conversation.buffers.in.available() > 0);
        int count;
        try {
            count = wire.read(conversation.buffers.in, atMostNanos);
        } catch (IOException e) {
            throw lost(e);
        } finally {
            conversation.waited();
        }
        return switch (count) {
            case Wire.TIMED_OUT -> throw late(atMostNanos);
            case Wire.END -> {
                if (outbox != null) {
                    outbox.awaitWrite();
                }
                throwIfOver();
                yield false;
            }
            default -> {
                conversation.countIn(count);
                yield true;
            }
        };
    }

    private TimedOutException late(long atMostNanos) {
        var late = new TimedOutException("reading from " + PrintableAddress.shown(conversation.peer()),
                Duration.ofNanos(atMostNanos));
        lastTimeout = late;
        return late;
    }

    /// Whether a read threw it as its last one.
    boolean threw(TimedOutException late) {
        return late.equals(lastTimeout);
    }

    /// Sends all remaining bytes, waiting while the peer does not take them.
    void write(ByteBuffer bytes) throws ConnectionException {
        boolean entered = border.enterLibrary();
        try {
            writeNow(bytes);
        } finally {
            border.leaveIf(entered);
        }
    }

    private void writeNow(ByteBuffer bytes) throws ConnectionException {
        int end = bytes.limit();
        try {
            while (bytes.position() < end) {
                bytes.limit(Math.min(end, bytes.position() + Wire.WRITE_PIECE_BYTES));
                writePiece(bytes);
            }
        } catch (IOException e) {
            throw lost(e);
        } finally {
            bytes.limit(end);
        }
    }

    /// Counts what was sent of the piece, whole or not.
    private void writePiece(ByteBuffer piece) throws IOException {
        int before = piece.position();
        try {
            if (outbox == null) {
                wire.write(piece, false);
            }
            if (piece.hasRemaining()) {
                writeWaiting(piece);
            }
        } finally {
            conversation.countOut(piece.position() - before);
        }
    }

    private void writeWaiting(ByteBuffer piece) throws IOException {
        conversation.waitsFor(Limit.WRITE_STALL);
        try {
            if (outbox == null) {
                wire.write(piece, true);
            } else {
                outbox.write(piece);
            }
        } finally {
            conversation.waited();
        }
    }

    /// Goes on with TLS, and waits for the handshake. Its limit covers all waits in it. The wait for room before it
    /// is no fault of the peer; it ends with the handshakes of others, which are limited.
    ///
    /// @throws IllegalStateException with one sentence, when that is not possible
    void startTls(SecurableWire secured, boolean unread) throws ConnectionException {
        String whyNot = outbox == null ? secured.whyNoTls() : "startTls() comes before the first call of sender()";
        if (whyNot != null) {
            throw new IllegalStateException(whyNot);
        }
        boolean entered = border.enterLibrary();
        handshakeWaitsFor(Limit.TLS_HANDSHAKES);
        try {
            if (unread) {
                throw new SSLException("the client sent bytes behind the command that begins TLS, which may have been"
                        + " inserted on the way: it must wait for the reply");
            }
            secured.startTls(() -> handshakeWaitsFor(Limit.TLS_HANDSHAKE));
        } catch (IOException e) {
            if (conversation.inputCut()) {
                conversation.settle(new Cause.Stopped());
            }
            throw lost(e);
        } finally {
            conversation.waited();
            border.leaveIf(entered);
        }
    }

    private void handshakeWaitsFor(Limit limit) {
        conversation.waitsFor(limit);
        conversation.looksAtWait();
    }

    /// Ends the output, once, after the queued messages of senders.
    void endOutput() throws ConnectionException {
        if (!outputEnded) {
            outputEnded = true;
            boolean entered = border.enterLibrary();
            try {
                endOutputNow();
            } finally {
                border.leaveIf(entered);
            }
        }
    }

    private void endOutputNow() throws ConnectionException {
        // The last bytes may not have reached the kernel yet.
        conversation.waitsFor(Limit.WRITE_STALL);
        try {
            if (outbox == null) {
                wire.endOutput(true);
            } else {
                outbox.endOutput();
            }
        } catch (IOException e) {
            throw lost(e);
        } finally {
            conversation.waited();
        }
    }

    /// Whether the output was ended, by the handler or by a sender.
    boolean outputEnded() {
        return outputEnded || (outbox != null && outbox.outputEnded());
    }

    /// As [Wire#peerGone]; false while a sender writes, which detects the loss itself and must not be delayed.
    boolean peerGone() {
        boolean entered = border.enterLibrary();
        try {
            return outbox == null ? wire.peerGone() : outbox.whileNotWriting(wire::peerGone);
        } finally {
            border.leaveIf(entered);
        }
    }

    /// Accounts for the bytes of the buffers, before a wait.
    void accountBuffers() throws LimitException {
        conversation.accountBuffers();
    }

    Sender sender() {
        if (outbox == null) {
            outbox = new WireOutbox(conversation, wire, border);
            if (outputEnded) {
                outbox.seal();
            }
        }
        return outbox;
    }

    /// Accepts no more messages of senders, and discards those not sent.
    void discardQueued() {
        if (outbox != null) {
            outbox.discard();
        }
    }

    /// Settles the loss that the system reports. A cause settled before (a time limit, a stop) produced the loss, and
    /// stays.
    ///
    /// @return the exception for the handler
    ConnectionException lost(IOException e) {
        switch (e) {
            case LimitException limit -> conversation.settle(conversation.causeOf(limit));
            // From the handler's own code: the server settles the cause before it interrupts.
            case ClosedByInterruptException _, PinnedWaitException _ -> conversation.failed(e);
            case SSLException _ -> {
                conversation.failed(e);
                conversation.sendsNothingMore();
            }
            default -> conversation.settle(new Cause.PeerReset(String.valueOf(e.getMessage())));
        }
        Cause why = conversation.cause();
        ConnectionException lost = new ConnectionException(why == null ? new Cause.Stopped() : why);
        lost.initCause(e);
        return lost;
    }

    void throwIfOver() throws ConnectionException {
        Cause why = conversation.cause();
        if (why != null) {
            throw new ConnectionException(why);
        }
    }
}
