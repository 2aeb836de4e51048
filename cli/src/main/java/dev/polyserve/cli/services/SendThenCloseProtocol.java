package dev.polyserve.cli.services;

import dev.polyserve.Input;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import java.io.IOException;

/// Sends one message and closes; input is discarded.
final class SendThenCloseProtocol implements Protocol {
    private final Message message;

    @FunctionalInterface
    interface Message {
        /// The message for one client at this moment.
        byte[] bytes();
    }

    SendThenCloseProtocol(Message message) {
        this.message = message;
    }

    @Override
    public void opened(Output output) throws IOException {
        output.write(message.bytes());
        output.close();
    }

    @Override
    public void received(Input input, Output output) {
        input.skip(input.available());
    }
}
