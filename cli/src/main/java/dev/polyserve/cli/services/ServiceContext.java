package dev.polyserve.cli.services;

import dev.polyserve.cli.text.LineWriter;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/// What a service may use.
///
/// @param arguments what followed its name
/// @param in the operator's input
/// @param out standard output
/// @param allowAmplification whether the small services answer datagrams of everybody
/// @param idleTimeout after what time without a byte a connection ends; zero: never
/// @param highWaterBytes output waiting for a peer above which it is not fed
/// @param exec how a program is run
/// @param serving is done once clients are served
public record ServiceContext(List<String> arguments, InputStream in, LineWriter out, boolean allowAmplification,
        Duration idleTimeout, int highWaterBytes, Exec exec, CompletionStage<Void> serving) {
    /// Keeps its own copy of the arguments.
    public ServiceContext {
        arguments = List.copyOf(arguments);
    }
}
