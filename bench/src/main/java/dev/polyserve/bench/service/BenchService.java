package dev.polyserve.bench.service;

/// A service that contenders provide; workloads with the same service differ only in their clients.
public enum BenchService {
    /// Returns every byte; every peer provides it.
    ECHO(EchoHandler.class, EchoProtocol.class, EchoMessageHandler.class),
    /// Computes and answers a [SimulatedWorkRequest] without waiting; event loops of other projects can provide it,
    /// too.
    COMPUTE(SimulatedWorkHandler.class, SimulatedWorkHandler.class, SimulatedWorkMessageHandler.class),
    /// Waits for, computes and answers a [SimulatedWorkRequest].
    WORK(SimulatedWorkHandler.class, SimulatedWorkHandler.class, SimulatedWorkMessageHandler.class),
    /// Sends every client's bytes to all clients.
    BROADCAST(BroadcastHandler.class, BroadcastHandler.class, BroadcastHandler.class);

    private final Class<?> handler;
    private final Class<?> protocol;
    private final Class<?> messages;

    BenchService(Class<?> handler, Class<?> protocol, Class<?> messages) {
        this.handler = handler;
        this.protocol = protocol;
        this.messages = messages;
    }

    public Class<?> handler() {
        return handler;
    }

    /// The event-style class; the blocking handler where the service must wait.
    public Class<?> protocol() {
        return protocol;
    }

    /// The class that handles one message at a time; the blocking handler where the service is no exchange of messages.
    public Class<?> messages() {
        return messages;
    }
}
