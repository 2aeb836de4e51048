package dev.polyserve.bench.service;

/// A service that contenders provide; workloads with the same service differ only in their clients.
public enum BenchService {
    /// Returns every byte; every peer provides it.
    ECHO(EchoHandler.class, EchoProtocol.class),
    /// Computes and answers a [WorkRequest] without waiting; event loops of other projects can provide it, too.
    COMPUTE(WorkHandler.class, WorkHandler.class),
    /// Waits for, computes and answers a [WorkRequest].
    WORK(WorkHandler.class, WorkHandler.class),
    /// Sends every client's bytes to all clients.
    BROADCAST(BroadcastHandler.class, BroadcastHandler.class);

    private final Class<?> handler;
    private final Class<?> protocol;

    BenchService(Class<?> handler, Class<?> protocol) {
        this.handler = handler;
        this.protocol = protocol;
    }

    public Class<?> handler() {
        return handler;
    }

    /// The event-style class; the blocking handler where the service must wait.
    public Class<?> protocol() {
        return protocol;
    }
}
