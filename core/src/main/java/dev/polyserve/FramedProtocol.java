package dev.polyserve;

/// A protocol that calls a handler once per whole message.
///
/// @param codec splits the input into messages
/// @param handler the handler of this connection, which must not wait
record FramedProtocol<T>(Codec<T> codec, MessageHandler<T> handler) implements Protocol {
    @Override
    public void opened(Output output) throws Exception {
        handler.opened(output);
    }

    @Override
    public void received(Input input, Output output) throws Exception {
        for (T message; !output.ended() && (message = codec.decode(input)) != null;) {
            handler.handle(message, output);
        }
        if (output.ended()) {
            input.skip(input.available());
        } else if (input.ended() && input.available() > 0) {
            throw new IncompleteFrameException(input.take(input.available()));
        }
    }

    @Override
    public void ended(Output output) throws Exception {
        handler.ended(output);
        output.close();
    }

    @Override
    public void closed(Cause cause) {
        handler.closed(cause);
    }
}
