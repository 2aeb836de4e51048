package dev.polyserve.cli.services;

import dev.polyserve.Options;
import dev.polyserve.Server;
import dev.polyserve.cli.text.LineWriter;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/// What a service may use.
///
/// @param arguments what followed its name
/// @param in the operator's input
/// @param out standard output
/// @param allowAmplification whether the small services answer datagrams of everybody
/// @param datagramRate how many datagrams of one source the small services answer
/// @param server the server, once it is bound
/// @param exec how a program is run
/// @param serving is done once clients are served
public record ServiceContext(List<String> arguments, InputStream in, LineWriter out, boolean allowAmplification,
        DatagramRate datagramRate, Supplier<Server> server, Exec exec, CompletionStage<Void> serving) {
    /// Keeps its own copy of the arguments.
    public ServiceContext {
        arguments = List.copyOf(arguments);
    }

    /// The options in force, once the server is bound.
    public Options options() {
        return server.get().options();
    }
}
