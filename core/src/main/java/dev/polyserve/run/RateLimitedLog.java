package dev.polyserve.run;

import dev.polyserve.conversation.NanoClock;
import dev.polyserve.conversation.ServerLog;
import dev.polyserve.coroutine.carrier.NonQueueingLock;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Logs at most a fixed number of lines a second. The next line states how many were suppressed.
///
/// **Thread**: any.
final class RateLimitedLog {
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long NOT_NOW = -1;

    private final ServerLog log;
    private final NanoClock clock;
    private final int linesPerSecond;
    private final NonQueueingLock lock = new NonQueueingLock();
    /// Guarded by `lock`, like the two fields below.
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
        long kept = admit();
        if (kept != NOT_NOW) {
            write(line, kept, error);
        }
    }

    /// As [#warn(String)].
    ///
    /// @param line called only if the line is logged
    void warn(Supplier<String> line) {
        long kept = admit();
        if (kept != NOT_NOW) {
            write(line.get(), kept, null);
        }
    }

    /// @return how many lines were suppressed before this one, or [#NOT_NOW] if this one is, too
    private long admit() {
        long now = clock.nanos();
        lock.lock();
        try {
            if (now - periodNanos >= PERIOD_NANOS) {
                periodNanos = now;
                lines = 0;
            }
            if (lines >= linesPerSecond) {
                suppressed++;
                return NOT_NOW;
            }
            lines++;
            long kept = suppressed;
            suppressed = 0;
            return kept;
        } finally {
            lock.unlock();
        }
    }

    private void write(String line, long kept, @Nullable Throwable error) {
        log.warn(kept == 0 ? line : line + " (and " + kept + " more like it)", error);
    }
}
