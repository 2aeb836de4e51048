package dev.polyserve.cli.log;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Limit;
import dev.polyserve.ServerListener;
import dev.polyserve.cli.text.Addresses;
import dev.polyserve.cli.text.Units;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;

/// Writes one line when a connection ends or is turned away. What needs somebody's attention the library logs itself.
///
/// **Thread**: any.
public final class AccessLog implements ServerListener {
    private final ConsoleLog log;

    /// Writes to `log`.
    public AccessLog(ConsoleLog log) {
        this.log = log;
    }

    @Override
    public void closed(ConnectionInfo connection, Cause cause) {
        if (!log.shows(Level.INFO)) {
            return;
        }
        Duration age = connection.age();
        String peer = Addresses.shown(connection.peer());
        log.info("closed #" + connection.id() + " " + peer + " " + why(cause) + " by " + cause.endedBy() + ", in "
                + connection.bytesIn() + " B, out " + connection.bytesOut() + " B, " + Units.shown(age),
                "event", "closed", "connection", connection.id(), "peer", peer, "endpoint", connection.endpoint(),
                "why", why(cause), "by", cause.endedBy(), "bytesIn", connection.bytesIn(),
                "bytesOut", connection.bytesOut(), "millis", age.toMillis());
    }

    @Override
    public void rejected(ConnectionInfo connection, Optional<Limit> limit) {
        String why = limit.map(reached -> "limit: " + reached.label()).orElse("not allowed");
        String peer = Addresses.shown(connection.peer());
        log.info("rejected #" + connection.id() + " " + peer + " " + why, "event", "rejected",
                "connection", connection.id(), "peer", peer, "endpoint", connection.endpoint(), "why", why);
    }

    /// Without what the handler threw: a warning has told it.
    private static String why(Cause cause) {
        return cause instanceof Cause.Failed ? "failed" : cause.phrase();
    }
}
