package dev.polyserve;

import java.time.Duration;
import java.util.List;

/// How worker processes are kept: how many wait for work, when one is replaced, when one is given up, and what is started.
///
/// @param minSpare how many without work there are at least, as far as the model's maximum allows
/// @param maxSpare how many without work there are at most, beyond the model's minimum
/// @param recycleConnections a worker is replaced after about so many connections, some sooner and some later; 0: never. The
///         new one serves before the old one stops
/// @param recycleAge a worker is replaced when it is about so old; zero: never
/// @param boot how long a worker may take until it serves
/// @param silence how long a worker's accept loop may be stuck before its threads are dumped into the log and it is killed;
///         at least 2 s, since a worker says once a second that it lives
/// @param program what is started as a worker: a command line; empty: the same program again, with the same arguments
public record Workers(int minSpare, int maxSpare, long recycleConnections, Duration recycleAge, Duration boot,
        Duration silence, List<String> program) {
    private static final Duration LEAST_SILENCE = Duration.ofSeconds(2);

    static final Workers DEFAULTS = new Workers(1, 4, 0, Duration.ZERO, Duration.ofSeconds(30), Duration.ofSeconds(30),
            List.of());

    /// Checks each.
    public Workers {
        if (minSpare < 0 || maxSpare < Math.max(1, minSpare)) {
            throw new IllegalArgumentException("workers: " + minSpare + " to " + maxSpare
                    + " spare ones are no numbers from 0 up, the second not less than the first and than 1");
        }
        if (recycleConnections < 0 || recycleAge.isNegative()) {
            throw new IllegalArgumentException("workers: they cannot be replaced after " + recycleConnections
                    + " connections or " + recycleAge.toMillis() + " ms");
        }
        if (!boot.isPositive()) {
            throw new IllegalArgumentException("workers: boot is not a positive time");
        }
        if (silence.compareTo(LEAST_SILENCE) < 0) {
            throw new IllegalArgumentException("workers: a silence of " + silence.toMillis() + " ms is less than "
                    + LEAST_SILENCE.toMillis() + " ms, and a worker says but once a second that it lives");
        }
        program = List.copyOf(program);
    }

    /// With other numbers of spare ones.
    public Workers withSpare(int least, int most) {
        return new Workers(least, most, recycleConnections, recycleAge, boot, silence, program);
    }

    /// With workers that are replaced after so many connections; 0: never.
    public Workers withRecycleConnections(long connections) {
        return new Workers(minSpare, maxSpare, connections, recycleAge, boot, silence, program);
    }

    /// With workers that are replaced at this age; zero: never.
    public Workers withRecycleAge(Duration age) {
        return new Workers(minSpare, maxSpare, recycleConnections, age, boot, silence, program);
    }

    /// With another time to begin.
    public Workers withBoot(Duration atMost) {
        return new Workers(minSpare, maxSpare, recycleConnections, recycleAge, atMost, silence, program);
    }

    /// With another time of silence.
    public Workers withSilence(Duration atMost) {
        return new Workers(minSpare, maxSpare, recycleConnections, recycleAge, boot, atMost, program);
    }

    /// With another program as the worker: one that comes to start a server with the same endpoints, as the same program does.
    public Workers withProgram(List<String> command) {
        return new Workers(minSpare, maxSpare, recycleConnections, recycleAge, boot, silence, command);
    }
}
