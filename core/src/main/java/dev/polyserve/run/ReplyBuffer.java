package dev.polyserve.run;

import dev.polyserve.DatagramReply;
import dev.polyserve.Options;
import java.nio.ByteBuffer;

/// Collects one reply.
///
/// **Thread**: its handler's.
public final class ReplyBuffer implements DatagramReply {
    private static final int FIRST_BYTES = 512;

    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private boolean written;

    /// Nothing yet.
    public ReplyBuffer() {}

    @Override
    public void write(ByteBuffer bytes) {
        written = true;
        int needed = buffer.position() + bytes.remaining();
        if (needed > Options.Limits.MAX_DATAGRAM_BYTES) {
            throw new IllegalArgumentException(
                    "a reply of " + needed + " bytes, where a datagram has " + Options.Limits.MAX_DATAGRAM_BYTES
                            + " at most");
        }
        if (needed > buffer.capacity()) {
            int larger = Math.min(Options.Limits.MAX_DATAGRAM_BYTES, Math.max(FIRST_BYTES, 2 * needed));
            buffer = ByteBuffer.allocate(larger).put(buffer.flip());
        }
        buffer.put(bytes);
    }

    @Override
    public void writeEmpty() {
        written = true;
    }

    void reset() {
        buffer.clear();
        written = false;
    }

    /// Whether there is to be a reply.
    public boolean written() {
        return written;
    }

    /// The reply, once it is complete.
    public ByteBuffer bytes() {
        return buffer.flip();
    }
}
