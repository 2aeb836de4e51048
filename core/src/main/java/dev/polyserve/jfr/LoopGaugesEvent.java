package dev.polyserve.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;
import jdk.jfr.Percentage;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/// The load of an event loop at one moment.
///
/// **Thread**: the one that commits it.
@Name("dev.polyserve.LoopGauges")
@Label("Loop Gauges")
@Description("The load of an event loop, once a period")
@Category("Polyserve")
@Enabled(false)
@StackTrace(false)
@Period("1 s")
final class LoopGaugesEvent extends Event {
    /// Tells whether a recording wants such events, without an event.
    private static final LoopGaugesEvent ANY = new LoopGaugesEvent();

    @Label("Loop")
    @Nullable
    String loop;
    @Label("Busy")
    @Percentage
    float busyRatio;
    @Label("Turns")
    long turns;
    @Label("Busy For")
    @Timespan
    long busy;
    @Label("Hand-Offs")
    long handOffs;
    @Label("Stalls")
    long stalls;

    static boolean isWanted() {
        return ANY.isEnabled();
    }
}
