package dev.polyserve.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// A connection was rejected.
///
/// **Thread**: the one that commits it.
@Name("dev.polyserve.ConnectionRejected")
@Label("Connection Rejected")
@Description("A connection was rejected before a handler began")
@Category("Polyserve")
@Enabled(false)
@StackTrace(false)
final class ConnectionRejectedEvent extends Event {
    /// Tells whether a recording wants such events, without an event.
    private static final ConnectionRejectedEvent ANY = new ConnectionRejectedEvent();

    @Label("Connection")
    long connection;
    @Label("Peer")
    @Nullable
    String peer;
    @Label("Endpoint")
    @Nullable
    String endpoint;
    @Label("Limit")
    @Nullable
    String limit;

    static boolean isWanted() {
        return ANY.isEnabled();
    }
}
