package dev.polyserve.run;

import dev.polyserve.conversation.NanoClock;
import dev.polyserve.conversation.ServerLog;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Logs at most so many lines a second, and says in the next how many it kept to itself.
///
/// **Thread**: any.
final class RateLimitedLog {
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ServerLog log;
    private final NanoClock clock;
    private final int linesPerSecond;
    /// Guarded by `this`, like the two below.
    private long periodNanos;
    private int lines;
    private long suppressed;

    RateLimitedLog(ServerLog log, NanoClock clock, int linesPerSecond) {
        this.log = log;
        this.clock = clock;
        this.linesPerSecond = linesPerSecond;
        this.periodNanos = clock.nanos();
    }

    void warn(String line) {
        warn(line, null);
    }

    void warn(String line, @Nullable Throwable error) {
        long kept;
        synchronized (this) {
            long now = clock.nanos();
            if (now - periodNanos >= PERIOD_NANOS) {
                periodNanos = now;
                lines = 0;
            }
            if (lines >= linesPerSecond) {
                suppressed++;
                return;
            }
            lines++;
            kept = suppressed;
            suppressed = 0;
        }
        log.warn(kept == 0 ? line : line + " (and " + kept + " more like it)", error);
    }
}
