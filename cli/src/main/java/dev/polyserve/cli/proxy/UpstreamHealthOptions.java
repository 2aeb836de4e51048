package dev.polyserve.cli.proxy;

import java.time.Duration;

/// When an upstream counts as down, and when as up again.
///
/// @param interval the time from one check to the next; zero: there are no checks, and clients' connects show the state
/// @param fall how many connects must fail in a row until it is down
/// @param rise how many checks must succeed in a row until it is up
/// @param slowStart how long its share grows after it was down; zero: it has all of it at once
public record UpstreamHealthOptions(Duration interval, int fall, int rise, Duration slowStart) {
    /// Without checks and slow start.
    public static final UpstreamHealthOptions DEFAULTS = new UpstreamHealthOptions(Duration.ZERO, 3, 2, Duration.ZERO);

    /// Checks the numbers.
    ///
    /// @throws IllegalArgumentException when one is not positive
    public UpstreamHealthOptions {
        if (fall < 1 || rise < 1) {
            throw new IllegalArgumentException("an upstream needs at least one connect to be down or up");
        }
    }

    /// Whether upstreams are checked.
    boolean isActive() {
        return interval.isPositive();
    }
}
