package dev.polyserve.conformance;

import dev.polyserve.Attribute;
import dev.polyserve.Cause;
import dev.polyserve.Codec;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Input;
import dev.polyserve.MessageHandler;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import dev.polyserve.Sender;
import dev.polyserve.conversation.BufferPool;
import dev.polyserve.conversation.InputBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Passes the pieces in which the input arrives to a protocol, which so serves as a handler of messages.
final class ProtocolAsMessageHandler implements MessageHandler<byte[]> {
    /// Every piece of input is a message.
    static final Codec<byte[]> PIECES = new Codec<>() {
        @Override
        public byte @Nullable [] decode(Input input) {
            int available = input.available();
            return available == 0 ? null : input.take(available);
        }

        @Override
        public void encode(byte[] piece, Output output) throws IOException {
            output.write(piece);
        }
    };

    private static final int MARK_BYTES = 64 << 10;
    private static final int MOST_BYTES = 32 << 20;

    private final Protocol protocol;
    private final InputBuffer input = new InputBuffer(BufferPool.UNPOOLED, MOST_BYTES, MARK_BYTES);

    private ProtocolAsMessageHandler(Protocol protocol) {
        this.protocol = protocol;
    }

    static TestService.Messages<byte[]> of(Supplier<? extends Protocol> protocols) {
        return new TestService.Messages<>(PIECES, () -> new ProtocolAsMessageHandler(protocols.get()));
    }

    @Override
    public void opened(Output client) throws Exception {
        RecordingOutput output = new RecordingOutput(client);
        protocol.opened(output);
        drain(output);
    }

    @Override
    public void handle(byte[] piece, Output client) throws Exception {
        RecordingOutput output = new RecordingOutput(client);
        for (int from = 0; from < piece.length;) {
            var room = input.room();
            int count = Math.min(room.remaining(), piece.length - from);
            room.put(piece, from, count);
            input.received(count);
            from += count;
        }
        protocol.received(input, output);
        drain(output);
    }

    @Override
    public void ended(Output client) throws Exception {
        RecordingOutput output = new RecordingOutput(client);
        input.end();
        if (input.available() > 0) {
            protocol.received(input, output);
        }
        protocol.ended(output);
        drain(output);
    }

    @Override
    public void closed(Cause cause) {
        protocol.closed(cause);
    }

    /// Lets a producer of much output go on, as often as it has stopped because much was pending.
    private void drain(RecordingOutput output) throws Exception {
        while (output.wasFull() && !output.ended()) {
            output.flush();
            protocol.drained(output);
        }
    }

    /// An output that notes whether its protocol has seen that much is pending. A later look may find less, because the
    /// loop sends meanwhile.
    private static final class RecordingOutput implements Output {
        private final Output client;
        private boolean full;

        RecordingOutput(Output client) {
            this.client = client;
        }

        /// Whether much was pending at a look since the last call of this.
        boolean wasFull() {
            boolean was = full;
            full = false;
            return was;
        }

        @Override
        public long pendingBytes() {
            long pending = client.pendingBytes();
            full |= pending >= MARK_BYTES;
            return pending;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            client.write(bytes, offset, length);
        }

        @Override
        public void write(ByteBuffer bytes) throws IOException {
            client.write(bytes);
        }

        @Override
        public void writeByte(int value) throws IOException {
            client.writeByte(value);
        }

        @Override
        public void flush() throws IOException {
            client.flush();
        }

        @Override
        public boolean ended() {
            return client.ended();
        }

        @Override
        public void end() throws IOException {
            client.end();
        }

        @Override
        public void close() throws IOException {
            client.close();
        }

        @Override
        public void reset(Cause why) {
            client.reset(why);
        }

        @Override
        public boolean draining() {
            return client.draining();
        }

        @Override
        public ConnectionInfo info() {
            return client.info();
        }

        @Override
        public Sender sender() {
            return client.sender();
        }

        @Override
        public <T> @Nullable T get(Attribute<T> attribute) {
            return client.get(attribute);
        }

        @Override
        public <T> void set(Attribute<T> attribute, @Nullable T value) {
            client.set(attribute, value);
        }
    }
}
