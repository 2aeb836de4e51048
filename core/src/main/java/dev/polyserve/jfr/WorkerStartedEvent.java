package dev.polyserve.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/// A worker process was started.
///
/// **Thread**: the one that commits it.
@Name("dev.polyserve.WorkerStarted")
@Label("Worker Started")
@Description("A worker process was started")
@Category("Polyserve")
@Enabled(false)
@StackTrace(false)
final class WorkerStartedEvent extends Event {
    /// Tells whether a recording wants such events, without an event.
    private static final WorkerStartedEvent ANY = new WorkerStartedEvent();

    @Label("Number")
    int number;
    @Label("Process")
    long pid;

    static boolean isWanted() {
        return ANY.isEnabled();
    }
}
