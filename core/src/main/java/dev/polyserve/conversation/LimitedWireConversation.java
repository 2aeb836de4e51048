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

/// The part of a handler's conversation that uses its [Wire], within the limits of the server: each wait has its time limit, moved
/// bytes are counted, the buffers are accounted for, and a failure becomes the connection's cause.
///
/// ```
///   read, send, endOutput ─▶ the wait begins ─▶ wire ─▶ the wait ends ─▶ bytes counted
///                                                 └─ fails ─▶ lost: the cause is settled, and thrown
/// ```
///
/// Once the connection has a sender, output goes through the lock that the two share ([WireCrossThreadSendQueue]).
///
/// It is a superclass of [HandlerConversation], as [HandlerOutput] and [HandlerInput] are, for the reason that
/// [ByteCounters] states.
///
/// **Thread**: the owner.
abstract sealed class LimitedWireConversation extends BufferedConversation implements InputBufferProvider
        permits HandlerOutput {
    final Wire wire;
    /// That of the owner; an outgoing connection can get another one.
    HandlerBorder border;
    private boolean outputEnded;
    /// Created by the owner on first use; from then on every write takes its lock.
    private @Nullable WireCrossThreadSendQueue senderQueue;
    private @Nullable TimedOutException lastTimeout;

    <W extends Wire & ConversationDriver> LimitedWireConversation(ServerContext context, Identity identity, W wire,
            HandlerBorder border) {
        super(context, identity, wire);
        this.wire = wire;
        this.border = border;
    }

    // --- the buffers: those of a loop while the connection is not idle, or its own ---

    /// May be called in the handler's own code.
    @Override
    final void takeBuffers() {
        if (buffers != ConnectionBuffers.NONE) {
            return;
        }
        boolean entered = border.enterLibrary();
        try {
            super.takeBuffers();
        } finally {
            border.leaveIf(entered);
        }
    }

    @Override
    public final InputBuffer input() {
        takeBuffers();
        return buffers.in;
    }

    final OutputBuffer output() {
        takeBuffers();
        return buffers.out;
    }

    @Override
    public final void idles() {
        buffers.in.reclaim();
        if (buffers.mayBeGiven()) {
            giveBuffers();
        }
    }

    // --- the rules ---

    /// Handles what a read of the wire has returned.
    ///
    /// @param atMostNanos the time that it had
    /// @return false at the end of input
    /// @throws TimedOutException when that was not enough
    final boolean hasRead(int count, long atMostNanos) throws IOException {
        return switch (count) {
            case Wire.TIMED_OUT -> throw late(atMostNanos);
            case Wire.END -> {
                if (senderQueue != null) {
                    senderQueue.awaitWrite();
                }
                throwIfOver();
                yield false;
            }
            default -> {
                countIn(count);
                yield true;
            }
        };
    }

    private TimedOutException late(long atMostNanos) {
        var late = new TimedOutException("reading from " + PrintableAddress.shown(peer()),
                Duration.ofNanos(atMostNanos));
        lastTimeout = late;
        return late;
    }

    /// Whether a read threw it as its last one.
    @Override
    final boolean isOwn(TimedOutException late) {
        return late.equals(lastTimeout);
    }

    /// Sends all remaining bytes, waiting while the peer does not take them.
    final void send(ByteBuffer bytes) throws ConnectionException {
        boolean entered = border.enterLibrary();
        try {
            sendNow(bytes);
        } finally {
            border.leaveIf(entered);
        }
    }

    private void sendNow(ByteBuffer bytes) throws ConnectionException {
        int end = bytes.limit();
        try {
            do { // once for a datagram without bytes
                bytes.limit(Math.min(end, bytes.position() + Wire.WRITE_PIECE_BYTES));
                sendPiece(bytes);
            } while (bytes.position() < end);
        } catch (IOException e) {
            throw lost(e);
        } finally {
            bytes.limit(end);
        }
    }

    /// Counts what was sent of the piece, whole or not.
    private void sendPiece(ByteBuffer piece) throws IOException {
        int before = piece.position();
        try {
            // A datagram is in one piece, so it needs no lock.
            if (senderQueue == null || wire instanceof DatagramWire) {
                wire.write(piece, false);
            }
            if (piece.hasRemaining()) {
                sendWaiting(piece);
            }
        } finally {
            countOut(piece.position() - before);
        }
    }

    private void sendWaiting(ByteBuffer piece) throws IOException {
        waitsFor(Limit.WRITE_STALL);
        try {
            if (senderQueue == null) {
                wire.write(piece, true);
            } else {
                senderQueue.write(piece);
            }
        } finally {
            waited();
        }
    }

    /// Goes on with TLS, and waits for the handshake. Its limit covers all waits in it. The wait for room before it has a
    /// limit of its own, and is no fault of the peer.
    ///
    /// @throws IllegalStateException with one sentence, when that is not possible
    final void startTls(StartTlsWire secured, boolean unread) throws ConnectionException {
        String whyNot = senderQueue == null ? secured.whyNoTls() : "startTls() comes before the first call of sender()";
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
            boolean room = secured.startTls(() -> handshakeWaitsFor(Limit.TLS_HANDSHAKE),
                    context.handshakeTurnNanos());
            if (!room) {
                context.listener().limitReached(Limit.TLS_HANDSHAKES);
                settle(new Cause.TimedOut(Limit.TLS_HANDSHAKES));
                throw new IOException("the TLS handshakes of others left no room in time");
            }
        } catch (IOException e) {
            if (inputCut()) {
                settle(new Cause.Stopped());
            }
            throw lost(e);
        } finally {
            waited();
            border.leaveIf(entered);
        }
    }

    private void handshakeWaitsFor(Limit limit) {
        waitsFor(limit);
        looksAtWait();
    }

    /// Ends the output, once, after the queued messages of senders.
    final void endOutput() throws ConnectionException {
        if (!outputEnded) {
            outputEnded = true;
            boolean entered = border.enterLibrary();
            try {
                awaitEndOfOutput();
            } finally {
                border.leaveIf(entered);
            }
        }
    }

    private void awaitEndOfOutput() throws ConnectionException {
        // The last bytes may not have reached the kernel yet.
        waitsFor(Limit.WRITE_STALL);
        try {
            if (senderQueue == null) {
                wire.endOutput(true);
            } else {
                senderQueue.endOutput();
            }
        } catch (IOException e) {
            throw lost(e);
        } finally {
            waited();
        }
    }

    // --- for a relay, which waits for two connections at a time ---

    /// Reads the bytes that are there. Not for a connection with a sender.
    ///
    /// @return as [NonBlockingWire#readNow]
    final int readNow(NonBlockingWire ready, ByteBuffer into) throws ConnectionException {
        throwIfOver();
        try {
            int count = ready.readNow(into);
            if (count > 0) {
                countIn(count);
            } else if (count == Wire.END) {
                throwIfOver();
                input().end();
            }
            return count;
        } catch (ConnectionException e) {
            throw e;
        } catch (IOException e) {
            throw lost(e);
        }
    }

    /// Writes the bytes that the kernel accepts.
    ///
    /// @return how many
    /// @throws BrokenPipeException when the peer reads no more; its last bytes can still be read
    final int writeNow(NonBlockingWire ready, ByteBuffer bytes) throws ConnectionException, BrokenPipeException {
        int before = bytes.position();
        try {
            ready.writeNow(bytes);
        } catch (BrokenPipeException e) {
            outputEnded = true;
            throw e;
        } catch (IOException e) {
            throw lost(e);
        } finally {
            countOut(bytes.position() - before);
        }
        return bytes.position() - before;
    }

    /// Ends the output.
    ///
    /// @return false if it is to be called again when there is room
    /// @throws BrokenPipeException when the peer reads no more; its last bytes can still be read
    final boolean endOutputNow(NonBlockingWire ready) throws ConnectionException, BrokenPipeException {
        outputEnded = true;
        try {
            return ready.endOutputNow();
        } catch (BrokenPipeException e) {
            throw e;
        } catch (IOException e) {
            throw lost(e);
        }
    }

    /// Whether another thread may send, too.
    final boolean hasSender() {
        return senderQueue != null;
    }

    /// Whether the output was ended, by the handler or by a sender.
    public final boolean ended() {
        return outputEnded || (senderQueue != null && senderQueue.outputEnded());
    }

    /// As [dev.polyserve.Connection#peerGone].
    public final boolean peerGone() {
        Cause why = cause();
        return why == null ? isPeerGone() : why instanceof Cause.PeerReset;
    }

    /// As [Wire#peerGone]; false while a sender writes, which detects the loss itself and must not be delayed.
    private boolean isPeerGone() {
        boolean entered = border.enterLibrary();
        try {
            return senderQueue == null ? wire.peerGone() : senderQueue.whileNotWriting(wire::peerGone);
        } finally {
            border.leaveIf(entered);
        }
    }

    /// As [dev.polyserve.Output#sender].
    public final Sender sender() {
        if (senderQueue == null) {
            senderQueue = new WireCrossThreadSendQueue(this, wire, border, true);
            if (outputEnded) {
                senderQueue.seal();
            }
        }
        return senderQueue;
    }

    /// Accepts no more messages of senders, and discards those not sent.
    final void discardQueued() {
        if (senderQueue != null) {
            senderQueue.discard();
        }
    }

    /// Settles the loss that the system reports. A cause settled before (a time limit, a stop) produced the loss, and
    /// stays.
    ///
    /// @return the exception for the handler
    final ConnectionException lost(IOException e) {
        switch (e) {
            case LimitException limit -> settle(causeOf(limit));
            // From the handler's own code: the server settles the cause before it interrupts.
            case ClosedByInterruptException _, PinnedWaitException _ -> failed(e);
            case SSLException _ -> {
                failed(e);
                sendsNothingMore();
            }
            default -> settle(new Cause.PeerReset(String.valueOf(e.getMessage())));
        }
        Cause why = cause();
        ConnectionException lost = new ConnectionException(why == null ? new Cause.Stopped() : why);
        lost.initCause(e);
        return lost;
    }

    /// Handles an exception of the handler.
    abstract void failed(Throwable error);

    final void throwIfOver() throws ConnectionException {
        Cause why = cause();
        if (why != null) {
            throw new ConnectionException(why);
        }
    }
}
