package dev.polyserve.bench.service;

import dev.polyserve.Codec;
import dev.polyserve.Input;
import dev.polyserve.MessageHandler;
import dev.polyserve.Output;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Handles messages by sending each back: what has arrived is one message, as [EchoHandler] reads it.
public final class EchoMessageHandler implements MessageHandler<byte[]> {
    private static final int PIECE_BYTES = 1024;

    /// Takes what has arrived.
    public static final Codec<byte[]> CODEC = new Codec<>() {
        @Override
        public byte @Nullable [] decode(Input input) {
            int length = Math.min(PIECE_BYTES, input.available());
            return length == 0 ? null : input.take(length);
        }

        @Override
        public void encode(byte[] message, Output output) throws IOException {
            output.write(message);
        }
    };

    /// For loading by name.
    public EchoMessageHandler() {}

    @Override
    public void handle(byte[] message, Output client) throws IOException {
        client.write(message);
    }
}
