package dev.polyserve.tls;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// TLS for one connection, without a socket: records in, plain text out, plain text in, records out.
///
/// ```
///   handshake ─▶ READ: records are to come │ WRITE: records are to be sent │ TASK: something is to be computed │ DONE
///   records, received ─▶ decrypt ─▶ plain text │ END after close_notify │ an exception, once what came before is taken
///   encrypt │ end ─▶ unsent records ─▶ sent
/// ```
///
/// It holds a buffer only while there are bytes in it: half a record, records not sent, plain text for which there was no
/// room. At most one of each kind, which the budget of all buffers counts.
///
/// A request for new keys (KeyUpdate, RFC 8446 section 4.6.3) is answered with the next record that is sent. A client that
/// asks for renegotiation, which only TLS 1.2 has, is refused.
///
/// **Thread**: one reads ([#room] to [#hasMore]), one writes ([#encrypt] to [#sent]); the handshake is of one.
final class TlsFilter extends TlsRecordWriter {
    /// What [#decrypt] returns at the end of input.
    static final int END = -1;
    private static final String ENDED = "the peer ended the connection during the TLS handshake";
    /// The largest buffer for half a record, in place of a whole one.
    private static final int SMALL_BYTES = 2 << 10;
    /// How often in a row a peer may ask for new keys while nothing is sent to it.
    private static final int MOST_KEY_REQUESTS = 64;

    /// What the handshake needs next.
    enum Need {
        /// Records from the peer.
        READ,
        /// The [#unsent] records are to be sent.
        WRITE,
        /// The [#task] is to be run.
        TASK,
        /// Nothing: plain text can be exchanged.
        DONE
    }

    /// Records from the peer, `[position..limit)`.
    private @Nullable ByteBuffer in;
    /// Plain text for which there was no room.
    private @Nullable ByteBuffer plain;
    private @Nullable HandshakeStartTime start = HandshakeStartTime.now();
    private boolean begun;
    private boolean renegotiates;
    private boolean inputClosed;
    private boolean inputEnded;
    /// The bytes of buffers for input that the budget has counted.
    private int countedInput;

    TlsFilter(SSLEngine engine, TlsRecordBuffers buffers) {
        super(engine, buffers);
    }

    SSLEngine engine() {
        return engine;
    }

    // --- the handshake ---

    /// When the handshake began; null once this was asked, at its end.
    @Nullable HandshakeStartTime takeStart() {
        HandshakeStartTime began = start;
        start = null;
        return began;
    }

    /// Goes on with the handshake.
    ///
    /// @throws EOFException when the peer ends the connection
    /// @throws IOException when it fails; what is [#unsent] then says so to the peer
    Need handshake() throws IOException {
        if (!begun) {
            begun = true;
            engine.beginHandshake();
        }
        while (true) {
            if (unsent() != null) {
                giveBackInput();
                return Need.WRITE;
            }
            throwIfFailed();
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> {
                    giveBackInput();
                    return Need.TASK;
                }
                case NEED_WRAP -> wrap(NOTHING);
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    if (!takesRecord()) {
                        giveBackInput();
                        return Need.READ;
                    }
                }
                case FINISHED, NOT_HANDSHAKING -> {
                    secured();
                    return Need.DONE;
                }
            }
        }
    }

    /// Takes the next record of the handshake.
    ///
    /// @return false when it has not arrived
    private boolean takesRecord() throws IOException {
        int bytes = nextRecord();
        if (bytes == 0 && inputEnded) {
            fails(new EOFException(ENDED));
        }
        if (bytes == 0 || failed()) {
            throwIfFailed();
            return false;
        }
        unwrap(bytes, NOTHING);
        if (inputClosed) {
            fails(new EOFException(ENDED));
        }
        return true;
    }

    private void secured() throws IOException {
        if (engine.isInboundDone() || engine.isOutboundDone()) {
            IOException ended = new EOFException(ENDED);
            fails(ended);
            throw ended;
        }
        secure = true;
        renegotiates = !engine.getSession().getProtocol().equals("TLSv1.3");
        giveBackInput();
    }

    /// What is to be computed for the handshake. **Thread**: any, while nothing else is called.
    void runTasks() {
        for (Runnable task; (task = engine.getDelegatedTask()) != null;) {
            task.run();
        }
    }

    // --- input ---

    /// Room for records from the peer; [#received] follows, whether there are any or not.
    ByteBuffer room() {
        ByteBuffer filling = in;
        if (filling == null || filling.capacity() < TlsRecordBuffers.BYTES) {
            ByteBuffer larger = buffers.take();
            if (filling != null) {
                larger.put(filling);
            }
            in = larger;
            return larger;
        }
        return filling.compact();
    }

    /// Takes what was put into the [#room], or that buffer back, if nothing was.
    void received() {
        ByteBuffer filled = in;
        if (filled != null) {
            filled.flip();
            if (!filled.hasRemaining()) {
                in = null;
                buffers.give(filled);
            }
        }
    }

    /// As [#received], when nothing was put into it.
    void receivedNothing() {
        received();
        giveBackInput();
    }

    /// Whether what was put into the [#room] has filled it, so that there may be more.
    boolean isFull() {
        ByteBuffer filled = in;
        return filled != null && filled.limit() == TlsRecordBuffers.BYTES;
    }

    /// No more records come.
    void receivedEnd() {
        inputEnded = true;
    }

    /// Whether a part of a record has arrived.
    boolean hasPart() {
        return in != null;
    }

    /// As [#decrypt(ByteBuffer, int)], for a read that begins now.
    int decrypt(ByteBuffer into) throws IOException {
        return decrypt(into, into.position());
    }

    /// Puts as much plain text into the buffer as there is, and fits. What ends the connection is left to the next read
    /// when this one has plain text: the engine of TLS 1.2 writes nothing after the peer's close_notify, so the text is to
    /// be answered before it (RFC 5246, section 7.2.1).
    ///
    /// @param begin the buffer's position when the read began
    /// @return how many bytes, 0 when more records are to come, or [#END]
    /// @throws EOFException when the peer has ended without close_notify
    int decrypt(ByteBuffer into, int begin) throws IOException {
        int before = into.position();
        takePlain(into);
        for (int bytes; into.hasRemaining() && (bytes = nextRecord()) > 0;) {
            if (into.position() > begin && isAlertOfOldVersion()) {
                break;
            }
            unwrap(bytes, into);
        }
        giveBackInput();
        return into.position() > begin || !into.hasRemaining() ? into.position() - before : nothingLeft();
    }

    /// Whether the next record is an alert of TLS 1.2; TLS 1.3 hides the type.
    private boolean isAlertOfOldVersion() {
        ByteBuffer arrived = in;
        return renegotiates && arrived != null && arrived.get(arrived.position()) == TlsRecordHeader.ALERT;
    }

    /// Whether the peer has ended both sides, as it does with TLS 1.2.
    boolean hasEndedBoth() {
        return renegotiates && inputClosed;
    }

    private int nothingLeft() throws IOException {
        throwIfFailed();
        if (inputClosed) {
            return END;
        }
        if (inputEnded) {
            throw new EOFException("the peer has ended the connection without the close_notify of TLS, so what it sent"
                    + " may not be all");
        }
        return 0;
    }

    /// Whether [#decrypt] has something to return, or to throw, though no more records came.
    boolean hasMore() {
        return plain != null || failed() || inputClosed || inputEnded || nextRecord() > 0;
    }

    /// The length of the next record, if it has arrived as a whole; else 0.
    private int nextRecord() {
        ByteBuffer arrived = in;
        if (arrived == null || failed() || inputClosed) {
            return 0;
        }
        try {
            int bytes = TlsRecordHeader.recordBytes(arrived, secure, renegotiates);
            return bytes <= arrived.remaining() ? bytes : 0;
        } catch (TlsException e) {
            fails(e);
            return 0;
        }
    }

    private void unwrap(int bytes, ByteBuffer into) {
        ByteBuffer arrived = in;
        if (arrived == null) {
            return;
        }
        boolean fits = into.remaining() >= bytes || !secure;
        ByteBuffer to = fits ? into : buffers.take();
        int limit = arrived.limit();
        int end = arrived.position() + bytes;
        arrived.limit(end);
        try {
            unwrapped(engine.unwrap(arrived, to));
        } catch (SSLException e) {
            arrived.position(end);
            fails(TlsException.of(secure ? "reading TLS" : HANDSHAKE, e));
        } finally {
            arrived.limit(limit);
        }
        if (!fits) {
            plain = to.flip();
            takePlain(into);
        }
    }

    private void unwrapped(SSLEngineResult result) {
        switch (result.getStatus()) {
            case OK -> {
                if (result.bytesConsumed() == 0 && secure) {
                    fails(new TlsException("the engine of TLS takes no record any more"));
                } else if (secure && result.bytesProduced() == 0 && isWrapDue()) {
                    requestsKeys();
                }
            }
            case CLOSED -> inputClosed = true;
            case BUFFER_OVERFLOW, BUFFER_UNDERFLOW ->
                fails(new TlsException("the engine of TLS cannot take a record: " + result.getStatus()));
        }
    }

    private void requestsKeys() {
        keyRequests++;
        if (keyRequests > MOST_KEY_REQUESTS) {
            fails(new TlsException(
                    "the peer asked " + keyRequests + " times for new keys of TLS before it took an answer"));
        }
    }

    private void takePlain(ByteBuffer into) {
        ByteBuffer from = plain;
        if (from == null) {
            return;
        }
        int count = Math.min(from.remaining(), into.remaining());
        into.put(into.position(), from, from.position(), count);
        into.position(into.position() + count);
        from.position(from.position() + count);
        if (!from.hasRemaining()) {
            plain = null;
            buffers.give(from);
        }
    }

    /// Gives the buffer of records back when it is empty, and lets a small one hold a small rest.
    private void giveBackInput() {
        ByteBuffer held = in;
        if (held == null) {
            return;
        }
        if (!held.hasRemaining()) {
            in = null;
            buffers.give(held);
        } else if (held.remaining() <= SMALL_BYTES && held.capacity() == TlsRecordBuffers.BYTES) {
            in = ByteBuffer.allocate(held.remaining()).put(held).flip();
            buffers.give(held);
        }
    }

    // --- what it holds ---

    /// Counts what is held for input, before the reader waits.
    ///
    /// @throws IOException when the buffers of all connections have reached their limit
    void countInput() throws IOException {
        countedInput = counted(countedInput, bytes(in) + bytes(plain));
    }

    /// The connection is closed: nothing is held any more. **Thread**: its owner.
    void release() {
        buffers.budget.give(countedInput);
        countedInput = 0;
        in = null;
        plain = null;
        releaseOutput();
    }
}
