package dev.polyserve.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/// An attempt to accept failed.
///
/// **Thread**: the one that commits it.
@Name("dev.polyserve.AcceptError")
@Label("Accept Error")
@Description("An attempt to accept failed")
@Category("Polyserve")
@Enabled(false)
@StackTrace(false)
final class AcceptErrorEvent extends Event {
    /// Tells whether a recording wants such events, without an event.
    private static final AcceptErrorEvent ANY = new AcceptErrorEvent();

    @Label("Endpoint")
    @Nullable
    String endpoint;
    @Label("Reason")
    @Nullable
    String reason;
    @Label("Message")
    @Nullable
    String message;
    @Label("Next Attempt After")
    @Timespan
    long retryAfter;

    static boolean isWanted() {
        return ANY.isEnabled();
    }
}
