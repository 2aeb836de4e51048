package dev.polyserve.run;

import dev.polyserve.conversation.ServerLog;
import java.lang.System.Logger.Level;
import java.util.function.Consumer;

/// Handles exceptions that reach an event loop itself, from a lack of memory or a defect of Polyserve: logs them, and
/// the loop continues.
public final class LoopErrorHandler {
    private LoopErrorHandler() {}

    /// Returns a handler that reports each error in this log.
    public static Consumer<Throwable> reportedTo(ServerLog log) {
        return error -> log.failed(Level.ERROR,
                error instanceof OutOfMemoryError
                        ? "an event loop lacks memory, and goes on"
                        : "a defect in an event loop, which goes on",
                error);
    }
}
