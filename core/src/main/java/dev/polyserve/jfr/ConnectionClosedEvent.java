package dev.polyserve.jfr;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/// A connection is over.
///
/// **Thread**: the one that commits it.
@Name("dev.polyserve.ConnectionClosed")
@Label("Connection Closed")
@Description("A connection that was opened is over")
@Category("Polyserve")
@Enabled(false)
@StackTrace(false)
final class ConnectionClosedEvent extends Event {
    /// Tells whether a recording wants such events, without an event.
    private static final ConnectionClosedEvent ANY = new ConnectionClosedEvent();

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
    @Label("Cause")
    @Nullable
    String cause;
    @Label("Ended By")
    @Nullable
    String endedBy;
    @Label("Bytes Received")
    @DataAmount
    long bytesIn;
    @Label("Bytes Sent")
    @DataAmount
    long bytesOut;
    @Label("Turns")
    int turns;
    @Label("Open For")
    @Timespan
    long age;

    static boolean isWanted() {
        return ANY.isEnabled();
    }
}
