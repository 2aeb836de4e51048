package dev.polyserve;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/// How worker processes are kept: how many wait for work, when one is replaced, when one is given up, and what is started.
///
/// Unchangeable: a `with…` method returns another one. Two with the same settings are equal.
public final class Workers extends ValueObject {
    private static final Workers DEFAULTS = new Workers(new Kept());

    private final Kept values;

    private Workers(Kept values) {
        super(values);
        this.values = values;
    }

    private Workers with(Consumer<Kept> change) {
        return new Workers(Values.changed(values, change));
    }

    /// The defaults.
    public static Workers defaults() {
        return DEFAULTS;
    }

    /// How many without work there are at least, as far as the model's maximum allows.
    public int minSpare() {
        return values.minSpare;
    }

    /// How many without work there are at most, beyond the model's minimum.
    public int maxSpare() {
        return values.maxSpare;
    }

    /// A worker is replaced after about so many connections, some sooner and some later; 0: never. The new one serves before the old
    /// one stops.
    public long recycleConnections() {
        return values.recycleConnections;
    }

    /// A worker is replaced when it is about so old; zero: never.
    public Duration recycleAge() {
        return values.recycleAge;
    }

    /// How long a worker may take until it serves.
    public Duration boot() {
        return values.boot;
    }

    /// How long a worker's accept loop may be stuck before its threads are dumped into the log and it is killed; at least 2 s, since
    /// a worker reports once a second that it lives.
    public Duration silence() {
        return values.silence;
    }

    /// What is started as a worker: a command line; empty: the same program again, with the same arguments.
    public List<String> program() {
        return values.program;
    }

    /// With other numbers of spare ones.
    public Workers withSpare(int least, int most) {
        return with(values -> {
            values.minSpare = least;
            values.maxSpare = most;
        });
    }

    /// With workers that are replaced after so many connections; 0: never.
    public Workers withRecycleConnections(long connections) {
        return with(values -> values.recycleConnections = connections);
    }

    /// With workers that are replaced at this age; zero: never.
    public Workers withRecycleAge(Duration age) {
        return with(values -> values.recycleAge = age);
    }

    /// With another time to begin.
    public Workers withBoot(Duration atMost) {
        return with(values -> values.boot = atMost);
    }

    /// With another time of silence.
    public Workers withSilence(Duration atMost) {
        return with(values -> values.silence = atMost);
    }

    /// With another program as the worker: one that comes to start a server with the same endpoints, as the same program does.
    public Workers withProgram(List<String> command) {
        return with(values -> values.program = List.copyOf(command));
    }

    /// The fields, and their defaults.
    private static final class Kept extends Values {
        private static final Duration LEAST_SILENCE = Duration.ofSeconds(2);

        int minSpare = 1;
        int maxSpare = 4;
        long recycleConnections;
        Duration recycleAge = Duration.ZERO;
        Duration boot = Duration.ofSeconds(30);
        Duration silence = Duration.ofSeconds(30);
        List<String> program = List.of();

        @Override
        Object[] parts() {
            return new Object[]{"minSpare", minSpare, "maxSpare", maxSpare, "recycleConnections", recycleConnections,
                "recycleAge", recycleAge, "boot", boot, "silence", silence, "program", program};
        }

        @Override
        void check() {
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
        }
    }
}
