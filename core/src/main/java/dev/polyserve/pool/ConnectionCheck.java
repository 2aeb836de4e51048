package dev.polyserve.pool;

import dev.polyserve.Connection;
import java.io.IOException;

/// Asks the server of an idle connection whether it still answers, for example with a PING, before the connection is used again.
///
/// **Thread**: the one that is about to use the connection.
@FunctionalInterface
public interface ConnectionCheck {
    /// Whether the connection can be used. An exchange that was begun must be whole when this returns.
    ///
    /// @param connection its reads throw [dev.polyserve.TimedOutException] when the time for getting a connection is over
    /// @throws IOException as false
    boolean isUsable(Connection connection) throws IOException;
}
