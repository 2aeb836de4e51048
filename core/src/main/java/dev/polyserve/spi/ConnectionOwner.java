package dev.polyserve.spi;

import dev.polyserve.Client;
import java.io.IOException;

/// What owns outgoing connections for a time: a handler, or a thread outside of servers.
///
/// **Thread**: the handler's, in its own code; [#home] any.
public interface ConnectionOwner {
    /// Where its connections wait: an event loop, a server without loops, or the program. Connections can move between the
    /// owners of one home only. It is compared by identity.
    Object home();

    /// Begins a connection, as [dev.polyserve.Connection#connect(Client)].
    PoolableConnection connect(Client to) throws IOException;

    /// Makes it the owner of an unowned connection of the same home.
    ///
    /// @return false when it cannot be used, because it is over, or its peer has ended it or has sent something; it is over then
    boolean take(PoolableConnection unowned);

    /// Leaves a connection open that it owns, without an owner, unless something of an exchange is left in it: bytes that were
    /// not read or not sent, an end, a [dev.polyserve.Sender].
    ///
    /// @return false when something is left; then it is the owner's as before
    boolean leave(PoolableConnection owned);
}
