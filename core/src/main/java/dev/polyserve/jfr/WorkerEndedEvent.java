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

/// A worker process is over.
///
/// **Thread**: the one that commits it.
@Name("dev.polyserve.WorkerEnded")
@Label("Worker Ended")
@Description("A worker process is over")
@Category("Polyserve")
@Enabled(false)
@StackTrace(false)
final class WorkerEndedEvent extends Event {
    /// Tells whether a recording wants such events, without an event.
    private static final WorkerEndedEvent ANY = new WorkerEndedEvent();

    @Label("Number")
    int number;
    @Label("Process")
    long pid;
    @Label("How It Ended")
    @Nullable
    String summary;
    @Label("Ran For")
    @Timespan
    long age;

    static boolean isWanted() {
        return ANY.isEnabled();
    }
}
