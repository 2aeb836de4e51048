package dev.polyserve.cli.operation;

import dev.polyserve.ServerStats;
import java.time.Duration;

/// Ends a server that nobody has used for a while, as one does that is started again when somebody comes: by inetd's `wait`,
/// by a socket unit.
///
/// **Thread**: that which looks.
public final class IdleExit {
    private static final long SHORTEST_NANOS = 10_000_000;
    private static final long LONGEST_NANOS = 1_000_000_000;

    private final long limitNanos;
    private final Runnable end;
    private long uses;
    private long usedNanos = System.nanoTime();

    /// @param end what is run when it was not used for so long
    public IdleExit(Duration limit, Runnable end) {
        this.limitNanos = limit.toNanos();
        this.end = end;
    }

    /// How often to look.
    public Duration period() {
        return Duration.ofNanos(Math.clamp(limitNanos / 4, SHORTEST_NANOS, LONGEST_NANOS));
    }

    /// Looks whether it was used.
    public void look(ServerStats now) {
        long usesNow = now.accepted() + now.datagramsIn();
        if (now.active() > 0 || usesNow != uses) {
            uses = usesNow;
            usedNanos = System.nanoTime();
        } else if (System.nanoTime() - usedNanos >= limitNanos) {
            end.run();
        }
    }
}
