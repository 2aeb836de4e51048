package dev.polyserve.cli.operation;

import dev.polyserve.ServerStats;
import java.time.Duration;

/// Ends a server that has been idle for a while, for servers that are started on demand: by inetd's `wait`, or by a
/// socket unit.
///
/// **Thread**: the thread that calls [#check].
/// **Thread**: that which looks.
public final class IdleExit {
    private static final long SHORTEST_NANOS = 10_000_000;
    private static final long LONGEST_NANOS = 1_000_000_000;

    private final long limitNanos;
    private final Runnable end;
    private long uses;
    private long usedNanos = System.nanoTime();

    /// @param end runs when the server has been idle for this long
    public IdleExit(Duration limit, Runnable end) {
        this.limitNanos = limit.toNanos();
        this.end = end;
    }

    /// The interval between checks.
    public Duration period() {
        return Duration.ofNanos(Math.clamp(limitNanos / 4, SHORTEST_NANOS, LONGEST_NANOS));
    }

    /// Checks whether the server was used since the previous check.
    public void check(ServerStats now) {
        long usesNow = now.accepted() + now.datagramsIn();
        if (now.active() > 0 || usesNow != uses) {
            uses = usesNow;
            usedNanos = System.nanoTime();
        } else if (System.nanoTime() - usedNanos >= limitNanos) {
            end.run();
        }
    }
}
