package dev.polyserve.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// A connection was opened.
///
/// **Thread**: the one that commits it.
@Name("dev.polyserve.ConnectionOpened")
@Label("Connection Opened")
@Description("A handler is about to serve a connection")
@Category("Polyserve")
@Enabled(false)
@StackTrace(false)
final class ConnectionOpenedEvent extends Event {
    /// Tells whether a recording wants such events, without an event.
    private static final ConnectionOpenedEvent ANY = new ConnectionOpenedEvent();

    @Label("Connection")
    long connection;
    @Label("Peer")
    @Nullable
    String peer;
    @Label("Endpoint")
    @Nullable
    String endpoint;
    @Label("Model")
    @Nullable
    String model;

    static boolean isWanted() {
        return ANY.isEnabled();
    }
}
