package dev.polyserve.cli.services;

import dev.polyserve.ServerBuilder;

/// Something that `serve` can serve: one of the [Service]s, or a class of the user's ([UserHandler]).
public interface Servable {
    /// Its name in the ready line and in messages.
    String id();

    /// Whether it serves connections.
    boolean servesStreams();

    /// Whether it serves datagrams.
    boolean servesDatagrams();

    /// Whether its datagrams may be longer than what asked for them, so that a forged sender could turn it against others:
    /// it is then served on loopback only, unless the user insists.
    boolean amplifies();

    /// Whether the client may have nothing to say, so that it is not to be ended for saying nothing at first.
    boolean speaksFirst();

    /// Whether its clients have something in common that is kept in one process, so that it cannot be served by several.
    boolean needsOneProcess();

    /// Gives it to the server; called once.
    ///
    /// @throws IllegalArgumentException with a sentence when its arguments make no sense
    void into(ServerBuilder builder, ServiceContext context);
}
