package dev.polyserve.run;

import dev.polyserve.conversation.ServerLog;
import java.util.function.Consumer;

/// What becomes of an exception that reached an event loop itself: a defect of ours, reported as such; the loop goes on.
public final class LoopErrors {
    private LoopErrors() {}

    /// Says so in that log.
    public static Consumer<Throwable> reportedTo(ServerLog log) {
        return error -> log.log(System.Logger.Level.ERROR, () -> "a defect in an event loop, which goes on: " + error,
                error);
    }
}
