package dev.polyserve.cli.services;

import dev.polyserve.Command;
import dev.polyserve.Connection;
import dev.polyserve.Handler;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;

/// Runs a program for each connection and passes bytes both ways through pipes: for systems and models where the program cannot
/// have the connection itself.
///
/// **Thread**: the connection's own reads the client; two more ([PipedProcess]) feed the program and read it, because pipes
/// make a thread wait.
final class PipedCommand implements Handler {
    private static final int BUFFER_BYTES = 16 << 10;

    private final Command command;
    private final Duration idleTimeout;

    PipedCommand(Command command, Duration idleTimeout) {
        this.command = command;
        this.idleTimeout = idleTimeout;
    }

    @Override
    public void handle(Connection connection) throws IOException, InterruptedException {
        try (PipedProcess process = PipedProcess.start(command, connection)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            int count = connection.read(buffer);
            while (count >= 0 && process.feed(Arrays.copyOf(buffer, count))) {
                count = connection.read(buffer);
            }
            process.endInput();
            process.awaitEnd(idleTimeout);
        }
    }
}
