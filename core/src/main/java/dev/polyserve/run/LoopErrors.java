package dev.polyserve.run;

import dev.polyserve.conversation.ServerLog;
import java.util.function.Consumer;

/// Handles exceptions that reach an event loop itself. They are defects of Polyserve and are logged as such; the loop
/// continues.
public final class LoopErrors {
    private LoopErrors() {}

    /// Returns a handler that reports each error in this log.
    public static Consumer<Throwable> reportedTo(ServerLog log) {
        return error -> log.log(System.Logger.Level.ERROR, () -> "a defect in an event loop, which goes on: " + error,
                error);
    }
}
