package dev.polyserve.cli.services;

import java.util.concurrent.TimeUnit;

/// How many datagrams of one source a server answers, and in how many processes it counts them: each has an equal share, so that
/// together they never answer more.
///
/// @param perSecond datagrams a second for the whole server; 0: all
/// @param processes how many receive, at least one
public record DatagramRateLimit(int perSecond, int processes) {
    /// So many seconds' worth of datagrams may come at once.
    private static final int BURST_SECONDS = 100;

    /// @throws IllegalArgumentException when there is no process, or the rate is negative
    public DatagramRateLimit {
        if (perSecond < 0 || processes < 1) {
            throw new IllegalArgumentException(
                    "a rate of " + perSecond + " datagrams a second in " + processes + " processes");
        }
    }

    /// In which time one process gets the next token of a source. The rate is not 0.
    long tokenNanos() {
        return TimeUnit.SECONDS.toNanos(1) * processes / perSecond;
    }

    /// How many tokens of a source one process has at most, at least one.
    long burst() {
        return Math.max(1, (long) perSecond * BURST_SECONDS / processes);
    }
}
