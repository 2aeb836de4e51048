package dev.polyserve.conversation;

import dev.polyserve.ConnectionException;
import java.io.IOException;
import java.nio.ByteBuffer;

/// The writing half of a handler's conversation: collects pieces, and decides when they are sent together. To a peer of
/// datagrams each piece is sent at once, as one.
///
/// **Thread**: the owner.
abstract sealed class HandlerOutput extends LimitedWireConversation permits HandlerInput {
    /// Output below this size is not accounted for the time of one write.
    private static final int UNACCOUNTED_BYTES = 8 << 10;
    /// A larger piece goes to the system uncopied: copying it would cost more than another write.
    private static final int DIRECT_WRITE_BYTES = 16 << 10;

    <W extends Wire & ConversationDriver> HandlerOutput(ServerContext context, Identity identity, W wire,
            HandlerBorder border) {
        super(context, identity, wire, border);
    }

    public final void write(byte[] bytes, int offset, int length) throws IOException {
        requireOutput();
        if (wire instanceof DatagramWire datagrams) {
            DatagramWire.requireLength((long) buffers.out.pending() + length);
            collect(bytes, offset, length);
            sendUnlessComposing(datagrams);
        } else if (length >= DIRECT_WRITE_BYTES) {
            sendCollected();
            sendOrClear(ByteBuffer.wrap(bytes, offset, length));
        } else {
            collect(bytes, offset, length);
            flushAboveHighWater();
        }
    }

    public final void write(ByteBuffer bytes) throws IOException {
        requireOutput();
        if (wire instanceof DatagramWire datagrams) {
            DatagramWire.requireLength((long) buffers.out.pending() + bytes.remaining());
            collect(bytes);
            sendUnlessComposing(datagrams);
        } else if (bytes.remaining() >= DIRECT_WRITE_BYTES) {
            sendCollected();
            sendOrClear(bytes);
        } else {
            collect(bytes);
            flushAboveHighWater();
        }
    }

    public final void writeByte(int value) throws IOException {
        requireOutput();
        if (wire instanceof DatagramWire datagrams) {
            DatagramWire.requireLength(buffers.out.pending() + 1L);
            collect((byte) value);
            sendUnlessComposing(datagrams);
        } else {
            collect((byte) value);
            flushAboveHighWater();
        }
    }

    private void collect(byte[] bytes, int offset, int length) throws LimitException {
        try {
            output().append(bytes, offset, length);
        } catch (LimitException e) {
            throw noted(e);
        }
    }

    private void collect(ByteBuffer bytes) throws LimitException {
        try {
            output().append(bytes);
        } catch (LimitException e) {
            throw noted(e);
        }
    }

    private void collect(byte value) throws LimitException {
        try {
            output().append(value);
        } catch (LimitException e) {
            throw noted(e);
        }
    }

    private void accountCollected() throws LimitException {
        try {
            accountBuffers();
        } catch (LimitException e) {
            throw noted(e);
        }
    }

    /// A read or a write is about to throw it, because of what the peer has sent, or of a limit of this connection.
    <E extends IOException> E noted(E thrown) {
        return thrown; // if it is not caught, it determines the cause of this connection
    }

    /// Begins what is one datagram though it is written in several pieces; without effect on a stream.
    ///
    /// @return whether [#endsDatagram] is to end it, because it was not begun before
    final boolean beginsDatagram() {
        if (!(wire instanceof DatagramWire datagrams) || datagrams.isComposing()) {
            return false;
        }
        datagrams.composing(true);
        return true;
    }

    /// Ends what [#beginsDatagram] has begun, and sends it.
    ///
    /// @param begun what that returned
    /// @param whole whether all pieces were written; otherwise nothing is sent
    final void endsDatagram(boolean begun, boolean whole) throws IOException {
        if (begun && wire instanceof DatagramWire datagrams) {
            datagrams.composing(false);
            if (!whole) {
                buffers.out.clear();
            } else if (buffers.out.pending() > 0) {
                sendUnlessComposing(datagrams);
            }
        }
    }

    private void sendUnlessComposing(DatagramWire datagrams) throws ConnectionException {
        if (!datagrams.isComposing()) {
            OutputBuffer out = buffers.out;
            int count = out.pending();
            sendOrClear(out.pendingBytes());
            out.sent(count);
            out.reclaim();
        }
    }

    public final long pendingBytes() {
        return buffers.out.pending();
    }

    /// As [dev.polyserve.Connection#flush].
    public final void flush() throws IOException {
        throwIfUnsendable();
        sendCollected();
    }

    /// Sends the collected output, waiting while the peer does not take it.
    final void sendCollected() throws IOException {
        OutputBuffer out = buffers.out;
        int count = out.pending();
        if (count > 0) {
            if (count > UNACCOUNTED_BYTES) {
                accountCollected();
            }
            sendOrClear(out.pendingBytes());
            out.sent(count);
            out.reclaim();
        }
    }

    private void flushAboveHighWater() throws IOException {
        if (buffers.out.pending() >= buffers.limits.highWaterBytes()) {
            sendCollected();
        }
    }

    private void sendOrClear(ByteBuffer bytes) throws ConnectionException {
        try {
            send(bytes);
        } catch (ConnectionException e) {
            buffers.out.clear();
            throw e;
        }
    }

    final void requireOutput() throws IOException {
        if (ended()) {
            throw new IOException("the output was ended: nothing can be written after end() or close()");
        }
        throwIfUnsendable();
    }

    /// After a handler has failed, it may still write an error message.
    final void throwIfUnsendable() throws ConnectionException {
        if (broken()) {
            throwIfOver();
        }
    }
}
