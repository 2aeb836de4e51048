package dev.polyserve.conversation;

import dev.polyserve.Cause;
import dev.polyserve.Codec;
import dev.polyserve.Connection;
import dev.polyserve.Handler;
import dev.polyserve.MessageHandler;
import dev.polyserve.spi.ServerProvider;

/// Serves a [MessageHandler] as a [Handler]: reads messages on the connection's thread, and handles one after another.
///
/// @param codec splits the input into messages
/// @param messages the handler of this connection
public record MessageHandlerAsHandler<T>(Codec<T> codec, MessageHandler<T> messages) implements Handler {
    /// The style of connections that have a thread, for these messages.
    public static <T> ServerProvider.Sequential sequential(ServerProvider.Messages<T> style) {
        return new ServerProvider.Sequential(() -> new MessageHandlerAsHandler<>(style.codec(), style.factory().get()));
    }

    @Override
    public void setUp(Connection connection) throws Exception {
        messages.opened(connection);
    }

    @Override
    public void handle(Connection connection) throws Exception {
        for (T message; isOpen(connection) && (message = connection.read(codec)) != null;) {
            messages.handle(message, connection);
        }
        if (isOpen(connection)) {
            messages.ended(connection);
        }
    }

    private static boolean isOpen(Connection connection) {
        return !(connection instanceof HandlerConversation conversation) || conversation.cause() == null;
    }

    void closed(Cause cause) {
        messages.closed(cause);
    }
}
