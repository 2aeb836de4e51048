package dev.polyserve.cli.services;

import dev.polyserve.Options;
import dev.polyserve.Server;
import dev.polyserve.cli.proxy.Upstreams;
import dev.polyserve.cli.text.AsyncLineWriter;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/// What a service needs from its server and the command line.
///
/// @param arguments the arguments of the service
/// @param in the operator's input
/// @param out standard output
/// @param allowAmplification true to let the small services answer datagrams from any address
/// @param datagramRate datagrams per second that the small services answer to one source; 0 for no limit
/// @param server the server, once it is bound
/// @param exec how a program is run
/// @param upstreams those of a proxy
/// @param serves whether this process serves clients, rather than its worker processes
/// @param serving completed once the server is ready
public record ServiceContext(List<String> arguments, InputStream in, AsyncLineWriter out, boolean allowAmplification,
        DatagramRateLimit datagramRate, Supplier<Server> server, ExecOptions exec, Upstreams upstreams,
        boolean serves, CompletionStage<Void> serving) {
    /// Keeps its own copy of the arguments.
    public ServiceContext {
        arguments = List.copyOf(arguments);
    }

    /// The current options of the server, once it is bound.
    public Options options() {
        return server.get().options();
    }
}
