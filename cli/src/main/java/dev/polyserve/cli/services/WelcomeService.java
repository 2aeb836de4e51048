package dev.polyserve.cli.services;

import dev.polyserve.Codec;
import dev.polyserve.Connection;
import dev.polyserve.Handler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Greets with one line, then returns every line, byte for byte; the line `exit` ends the connection.
final class WelcomeService implements Handler {
    private static final Codec<byte[]> LINES = RawLineCodec.exact();
    private static final String EXIT = "exit";

    private final String greeting;

    WelcomeService(List<String> arguments) {
        greeting = arguments.isEmpty() ? "Welcome. I repeat every line until you say exit." : arguments.getFirst();
    }

    @Override
    public void handle(Connection connection) throws IOException {
        connection.writeLine(greeting);
        for (byte[] line; (line = connection.read(LINES)) != null && !isExit(line);) {
            connection.write(line);
        }
    }

    private static boolean isExit(byte[] line) {
        return new String(RawLineCodec.withoutEnding(line), StandardCharsets.UTF_8).equals(EXIT);
    }
}
