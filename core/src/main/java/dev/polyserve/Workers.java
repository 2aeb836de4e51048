package dev.polyserve;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/// How worker processes are kept: spare workers, replacement, time limits, and the program to start.
///
/// Immutable: a `with…` method returns another one. Two with the same settings are equal.
public final class Workers extends ValueObject {
    private static final Workers DEFAULTS = new Workers(new Kept());

    private final Kept values;

    private Workers(Kept values) {
        super(values);
        this.values = values;
    }

    private Workers with(Consumer<Kept> change) {
        return new Workers(ValueFields.changed(values, change));
    }

    /// The defaults.
    public static Workers defaults() {
        return DEFAULTS;
    }

    /// The minimum number of spare workers, as far as the model's maximum allows.
    public int minSpare() {
        return values.minSpare;
    }

    /// The maximum number of spare workers, beyond the model's minimum.
    public int maxSpare() {
        return values.maxSpare;
    }

    /// The approximate number of connections after which a worker is replaced, varied per worker; 0: never. The new
    /// worker serves before the old one stops.
    public long recycleConnections() {
        return values.recycleConnections;
    }

    /// The approximate age at which a worker is replaced; zero: never.
    public Duration recycleAge() {
        return values.recycleAge;
    }

    /// How long a worker may take from its start until it serves.
    public Duration boot() {
        return values.boot;
    }

    /// How long a worker's accept loop may be stuck before its threads are dumped into the log and it is killed. The
    /// minimum is 2 s, since a worker sends a heartbeat once a second.
    public Duration silence() {
        return values.silence;
    }

    /// The command line of a worker; empty: the same program again, with the same arguments.
    public List<String> program() {
        return values.program;
    }

    /// With other numbers of spare workers.
    public Workers withSpare(int least, int most) {
        return with(values -> {
            values.minSpare = least;
            values.maxSpare = most;
        });
    }

    /// With workers that are replaced after this number of connections; 0: never.
    public Workers withRecycleConnections(long connections) {
        return with(values -> values.recycleConnections = connections);
    }

    /// With workers that are replaced at this age; zero: never.
    public Workers withRecycleAge(Duration age) {
        return with(values -> values.recycleAge = age);
    }

    /// With another time to boot.
    public Workers withBoot(Duration atMost) {
        return with(values -> values.boot = atMost);
    }

    /// With another time of silence.
    public Workers withSilence(Duration atMost) {
        return with(values -> values.silence = atMost);
    }

    /// With another program as the worker; like the same program, it must start a server with the same endpoints.
    public Workers withProgram(List<String> command) {
        return with(values -> values.program = List.copyOf(command));
    }

    /// The fields, and their defaults.
    private static final class Kept extends ValueFields {
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
