package dev.polyserve.bench.service;

/// What a contender serves, so that a workload can be told apart from what answers it.
public enum BenchService {
    /// Every byte back: what every peer can do.
    ECHO(EchoHandler.class, EchoProtocol.class),
    /// A [WorkRequest] computed and answered, which never says to wait: what an event loop of others can do, too.
    COMPUTE(WorkHandler.class, WorkHandler.class),
    /// A [WorkRequest] waited for, computed and answered.
    WORK(WorkHandler.class, WorkHandler.class),
    /// What one says, all receive.
    BROADCAST(BroadcastHandler.class, BroadcastHandler.class);

    private final Class<?> handler;
    private final Class<?> protocol;

    BenchService(Class<?> handler, Class<?> protocol) {
        this.handler = handler;
        this.protocol = protocol;
    }

    /// The class that serves it, written top to bottom.
    public Class<?> handler() {
        return handler;
    }

    /// The class that serves it in event style; the handler where waiting is the point.
    public Class<?> protocol() {
        return protocol;
    }
}
