package dev.polyserve.pool;

import dev.polyserve.Attribute;
import dev.polyserve.Cause;
import dev.polyserve.Codec;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Output;
import dev.polyserve.Sender;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Collects the bytes of one message that a codec encodes, for a connection that another thread writes to.
///
/// **Thread**: the one that encodes.
final class EncodedMessage implements Output {
    private static final int FIRST_BYTES = 256;

    private byte[] bytes = new byte[FIRST_BYTES];
    private int length;

    private EncodedMessage() {}

    /// The bytes of a message, with its framing.
    static <T> ByteBuffer of(Codec<T> codec, T message) throws IOException {
        EncodedMessage encoded = new EncodedMessage();
        codec.encode(message, encoded);
        return ByteBuffer.wrap(encoded.bytes, 0, encoded.length);
    }

    private void room(int more) {
        if (more > bytes.length - length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, Math.addExact(length, more)));
        }
    }

    @Override
    public void write(byte[] from, int offset, int count) {
        room(count);
        System.arraycopy(from, offset, bytes, length, count);
        length += count;
    }

    @Override
    public void write(ByteBuffer from) {
        int count = from.remaining();
        room(count);
        from.get(bytes, length, count);
        length += count;
    }

    @Override
    public void writeByte(int value) {
        room(1);
        bytes[length++] = (byte) value;
    }

    @Override
    public long pendingBytes() {
        return length;
    }

    @Override
    public boolean ended() {
        return false;
    }

    @Override
    public boolean draining() {
        return false;
    }

    private static UnsupportedOperationException onlyBytes() {
        return new UnsupportedOperationException("a codec only writes the bytes of its message");
    }

    @Override
    public ConnectionInfo info() {
        throw onlyBytes();
    }

    @Override
    public void end() {
        throw onlyBytes();
    }

    @Override
    public void close() {
        throw onlyBytes();
    }

    @Override
    public void reset(Cause why) {
        throw onlyBytes();
    }

    @Override
    public Sender sender() {
        throw onlyBytes();
    }

    @Override
    public <T> @Nullable T get(Attribute<T> attribute) {
        throw onlyBytes();
    }

    @Override
    public <T> void set(Attribute<T> attribute, @Nullable T value) {
        throw onlyBytes();
    }
}
