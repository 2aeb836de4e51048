package dev.polyserve.tls;

import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// The half of a [TlsFilter] that makes records, and the failure that ends both halves. It is a superclass, so that an idle
/// connection has no object more.
///
/// **Thread**: the one that writes; [#fails], the one that reads.
abstract sealed class TlsRecordWriter permits TlsFilter {
    /// The most plain text for which the JDK's engine makes one record: of 16,384 bytes it makes two.
    static final int PLAIN_BYTES = 16_367;
    static final String HANDSHAKE = "the TLS handshake";
    static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    final SSLEngine engine;
    final TlsRecordBuffers buffers;
    /// Records for the peer.
    private @Nullable ByteBuffer out;
    private volatile @Nullable IOException failure;
    /// Whether the handshake is over.
    boolean secure;
    /// How often the peer has asked for new keys since something was sent to it.
    int keyRequests;
    /// The bytes of the buffer that the budget has counted.
    private int countedOutput;

    TlsRecordWriter(SSLEngine engine, TlsRecordBuffers buffers) {
        this.engine = engine;
        this.buffers = buffers;
    }

    /// Makes records of the plain text, as many as the buffer has room for; [#unsent] has them. Everything made before was
    /// sent.
    ///
    /// @return how many bytes of plain text they contain
    final int encrypt(ByteBuffer text) throws IOException {
        throwIfFailed();
        int before = text.position();
        int limit = text.limit();
        try {
            boolean room = true;
            while (room && text.position() < limit) {
                text.limit(Math.min(limit, text.position() + PLAIN_BYTES));
                room = wrap(text);
            }
        } finally {
            text.limit(limit);
        }
        keyRequests = 0;
        return text.position() - before;
    }

    /// Makes the close_notify, once; [#unsent] has it.
    final void end() {
        if (!engine.isOutboundDone()) {
            engine.closeOutbound();
            wrapRest();
        }
    }

    /// Makes the alert that tells the peer of a failure, if there is one; [#unsent] has it.
    final void wrapRest() {
        try {
            boolean more = true;
            while (more && isWrapDue() && !engine.isOutboundDone()) {
                more = wrap(NOTHING);
            }
        } catch (IOException e) {
            // A failed connection, which is reported.
            assert failure != null;
        }
    }

    final boolean isWrapDue() {
        return engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_WRAP;
    }

    /// Makes one record.
    ///
    /// @return whether there may be room for another one
    final boolean wrap(ByteBuffer text) throws IOException {
        ByteBuffer into = out;
        if (into == null) {
            into = buffers.take();
            out = into;
        } else {
            into.compact();
        }
        try {
            if (into.remaining() < TlsRecordBuffers.RECORD_BYTES) {
                return false;
            }
            SSLEngineResult result = engine.wrap(text, into);
            if (result.getStatus() == SSLEngineResult.Status.CLOSED && text.hasRemaining()) {
                throw new IOException("the peer has ended both sides of the connection, as TLS 1.2 does");
            }
            return result.bytesProduced() > 0;
        } catch (SSLException e) {
            TlsException failed = TlsException.of(secure ? "writing TLS" : HANDSHAKE, e);
            failure = failed;
            throw failed;
        } finally {
            into.flip();
            sent();
        }
    }

    /// The records to be sent, and removed from the buffer; null when there are none.
    final @Nullable ByteBuffer unsent() {
        return out;
    }

    /// Records were removed from [#unsent].
    final void sent() {
        ByteBuffer held = out;
        if (held != null && !held.hasRemaining()) {
            out = null;
            buffers.give(held);
        }
    }

    // --- what it holds ---

    /// Counts what is held for output, before the writer waits.
    ///
    /// @throws IOException when the buffers of all connections have reached their limit
    final void countOutput() throws IOException {
        countedOutput = counted(countedOutput, bytes(out));
    }

    /// Has the budget count other bytes than before.
    ///
    /// @return the bytes that it counts now
    final int counted(int before, int now) throws IOException {
        if (now != before) {
            buffers.budget.take(now - before);
        }
        return now;
    }

    static int bytes(@Nullable ByteBuffer held) {
        return held == null ? 0 : held.capacity();
    }

    final void releaseOutput() {
        buffers.budget.give(countedOutput);
        countedOutput = 0;
        out = null;
    }

    // --- the end ---

    final void throwIfFailed() throws IOException {
        IOException known = failure;
        if (known != null) {
            throw known;
        }
    }

    /// Ends the connection with this failure, if it is the first: one of the engine, or of the socket below.
    final void fails(IOException why) {
        if (failure == null) {
            failure = why;
        }
    }

    final boolean isSecure() {
        return secure;
    }

    final boolean failed() {
        return failure != null;
    }
}
