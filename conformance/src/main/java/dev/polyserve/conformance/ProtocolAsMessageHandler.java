package dev.polyserve.conformance;

import dev.polyserve.Cause;
import dev.polyserve.Codec;
import dev.polyserve.Input;
import dev.polyserve.MessageHandler;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import dev.polyserve.conversation.BufferPool;
import dev.polyserve.conversation.InputBuffer;
import java.io.IOException;
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
        protocol.opened(client);
        drain(client);
    }

    @Override
    public void handle(byte[] piece, Output client) throws Exception {
        for (int from = 0; from < piece.length;) {
            var room = input.room();
            int count = Math.min(room.remaining(), piece.length - from);
            room.put(piece, from, count);
            input.received(count);
            from += count;
        }
        protocol.received(input, client);
        drain(client);
    }

    @Override
    public void ended(Output client) throws Exception {
        input.end();
        if (input.available() > 0) {
            protocol.received(input, client);
        }
        protocol.ended(client);
        drain(client);
    }

    @Override
    public void closed(Cause cause) {
        protocol.closed(cause);
    }

    /// Lets a producer of much output go on.
    private void drain(Output client) throws Exception {
        while (!client.ended() && client.pendingBytes() >= MARK_BYTES) {
            client.flush();
            protocol.drained(client);
        }
    }
}
