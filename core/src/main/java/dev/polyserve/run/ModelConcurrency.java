package dev.polyserve.run;

import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.IntSupplier;

/// How many connections and datagrams a model serves at once, and which thread serves a datagram.
///
/// **Thread**: any.
///
/// @param capacity returns how many connections the model takes now, running and queued, besides the server's own limit
/// @param inline whether a request taken by `handleRequest` has ended when that call returns
/// @param datagramExecutor runs the handlers of datagrams; empty if they run on the accept loop itself
public record ModelConcurrency(IntSupplier capacity, boolean inline, Optional<Executor> datagramExecutor) {
    /// A model without a limit of its own.
    public static ModelConcurrency unlimited(Optional<Executor> datagramExecutor) {
        return new ModelConcurrency(() -> Integer.MAX_VALUE, false, datagramExecutor);
    }

    /// Runs the handler of each datagram on a virtual thread of its own.
    public static Optional<Executor> virtualThreads() {
        return Optional.of(task -> Thread.ofVirtual().name("polyserve-datagram").start(task));
    }
}
