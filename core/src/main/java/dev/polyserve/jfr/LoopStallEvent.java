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

/// A turn of an event loop takes too long.
///
/// **Thread**: the one that commits it.
@Name("dev.polyserve.LoopStall")
@Label("Loop Stall")
@Description("A turn of an event loop takes longer than the stall limit")
@Category("Polyserve")
@Enabled(false)
@StackTrace(false)
final class LoopStallEvent extends Event {
    /// Tells whether a recording wants such events, without an event.
    private static final LoopStallEvent ANY = new LoopStallEvent();

    @Label("Loop")
    @Nullable
    String loop;
    @Label("So Far")
    @Timespan
    long soFar;
    @Label("Connection (0: unknown)")
    long connection;
    @Label("Stack of the Loop")
    @Nullable
    String stack;

    static boolean isWanted() {
        return ANY.isEnabled();
    }
}
