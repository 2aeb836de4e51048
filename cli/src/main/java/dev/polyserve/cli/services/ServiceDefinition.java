package dev.polyserve.cli.services;

import dev.polyserve.ServerBuilder;

/// A service of `serve`: one of the [BuiltInService]s, or the user's class ([UserHandler]).
public interface ServiceDefinition {
    /// The name in the ready line and in messages.
    String id();

    boolean servesStreams();

    boolean servesDatagrams();

    /// True when its datagrams may be longer than the requests, so that forged source addresses could turn it against
    /// others. It is then served on loopback only, unless the user permits more.
    boolean amplifies();

    /// True when the server sends first, so that a client need not send anything.
    boolean sendsFirst();

    /// True when its handler may begin TLS on a connection that has none (STARTTLS).
    boolean startsTls();

    /// True when its clients share state in one process, so that several processes cannot serve it.
    boolean needsOneProcess();

    /// Configures the server; called once.
    ///
    /// @throws IllegalArgumentException with one sentence, when the arguments are invalid
    void into(ServerBuilder builder, ServiceContext context);
}
