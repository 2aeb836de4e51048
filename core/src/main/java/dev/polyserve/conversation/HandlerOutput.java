package dev.polyserve.conversation;

import dev.polyserve.ConnectionException;
import java.io.IOException;
import java.nio.ByteBuffer;

/// The writing half of a handler's connection: collects pieces, and decides when they are sent together.
///
/// **Thread**: the owner.
final class HandlerOutput {
    /// Output below this size is not accounted for the time of one write.
    private static final int UNACCOUNTED_BYTES = 8 << 10;
    /// A larger piece goes to the system uncopied: copying it would cost more than another write.
    private static final int DIRECT_WRITE_BYTES = 16 << 10;

    private final LimitedWire wire;
    private final OutputBuffer out;
    private final int highWaterBytes;

    HandlerOutput(LimitedWire wire, OutputBuffer out, int highWaterBytes) {
        this.wire = wire;
        this.out = out;
        this.highWaterBytes = highWaterBytes;
    }

    void write(byte[] bytes, int offset, int length) throws IOException {
        if (length >= DIRECT_WRITE_BYTES) {
            flush();
            send(ByteBuffer.wrap(bytes, offset, length));
        } else {
            out.append(bytes, offset, length);
            flushAboveHighWater();
        }
    }

    void write(ByteBuffer bytes) throws IOException {
        if (bytes.remaining() >= DIRECT_WRITE_BYTES) {
            flush();
            send(bytes);
        } else {
            out.append(bytes);
            flushAboveHighWater();
        }
    }

    void write(byte value) throws IOException {
        out.append(value);
        flushAboveHighWater();
    }

    int pending() {
        return out.pending();
    }

    /// Sends the collected output, waiting while the peer does not take it.
    void flush() throws IOException {
        int count = out.pending();
        if (count > 0) {
            if (count > UNACCOUNTED_BYTES) {
                wire.accountBuffers();
            }
            send(out.pendingBytes());
            out.sent(count);
            out.reclaim();
        }
    }

    /// Discards the collected output and gives its memory back.
    void clear() {
        out.clear();
    }

    private void flushAboveHighWater() throws IOException {
        if (out.pending() >= highWaterBytes) {
            flush();
        }
    }

    private void send(ByteBuffer bytes) throws ConnectionException {
        try {
            wire.write(bytes);
        } catch (ConnectionException e) {
            out.clear();
            throw e;
        }
    }
}
