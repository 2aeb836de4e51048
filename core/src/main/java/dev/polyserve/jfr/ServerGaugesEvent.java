package dev.polyserve.jfr;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// The counters of a server at one moment.
///
/// **Thread**: the one that commits it.
@Name("dev.polyserve.ServerGauges")
@Label("Server Gauges")
@Description("The counters of a server, once a period")
@Category("Polyserve")
@Enabled(false)
@StackTrace(false)
@Period("1 s")
final class ServerGaugesEvent extends Event {
    /// Tells whether a recording wants such events, without an event.
    private static final ServerGaugesEvent ANY = new ServerGaugesEvent();

    @Label("Endpoints")
    @Nullable
    String endpoints;
    @Label("Model")
    @Nullable
    String model;
    @Label("Open Connections")
    long active;
    @Label("Accepted Connections")
    long accepted;
    @Label("Rejected Connections")
    long rejected;
    @Label("Bytes Received")
    @DataAmount
    long bytesIn;
    @Label("Bytes Sent")
    @DataAmount
    long bytesOut;
    @Label("Bytes in Buffers")
    @DataAmount
    long bufferedBytes;
    @Label("Workers")
    int workers;

    static boolean isWanted() {
        return ANY.isEnabled();
    }
}
