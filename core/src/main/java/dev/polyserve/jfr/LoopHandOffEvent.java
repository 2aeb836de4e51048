package dev.polyserve.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// A loop was handed off.
///
/// **Thread**: the one that commits it.
@Name("dev.polyserve.LoopHandOff")
@Label("Loop Hand-Off")
@Description("A handler occupies the thread of an event loop, and another thread runs the loop or the handler")
@Category("Polyserve")
@Enabled(false)
@StackTrace(false)
final class LoopHandOffEvent extends Event {
    /// Tells whether a recording wants such events, without an event.
    private static final LoopHandOffEvent ANY = new LoopHandOffEvent();

    @Label("Loop")
    @Nullable
    String loop;
    @Label("Connection (0: unknown)")
    long connection;
    @Label("Reason")
    @Nullable
    String reason;

    static boolean isWanted() {
        return ANY.isEnabled();
    }
}
