package dev.polyserve.cli.services;

import dev.polyserve.InetdCommand;
import dev.polyserve.Connection;
import dev.polyserve.Handler;
import dev.polyserve.Options;
import java.io.IOException;
import java.util.function.Supplier;

/// Runs a program for each connection and copies bytes through pipes ([ProcessRelay]), for systems and models in which the
/// program cannot have the connection itself.
///
/// **Thread**: the connection's own.
///
/// @param command the program
/// @param options the current options of the server
record PipedCommand(InetdCommand command, Supplier<Options> options) implements Handler {
    @Override
    public void handle(Connection connection) throws IOException, InterruptedException {
        PipedProcess process = PipedProcess.start(command, connection);
        try (ProcessRelay relay = new ProcessRelay(connection, process, () -> options.get().timeouts())) {
            relay.run();
        }
    }
}
