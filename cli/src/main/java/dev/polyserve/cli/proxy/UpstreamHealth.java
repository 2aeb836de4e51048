package dev.polyserve.cli.proxy;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/// Whether an upstream is up, from the results of connects: those of clients, and those of checks.
///
/// ```
///         failed, `fall` in a row
///   UP ─────────────────────────────▶ DOWN ─ after 10 s, without checks: one client tries it ─┐
///   ▲                                  ▲ └────────────────────────────────────────────────────┤
///   │                                  └───────────────────────── failed ─────────────────────┤
///   └──── succeeded: with checks `rise` in a row, otherwise once ─────────────────────────────┘
/// ```
///
/// After it was down, its share of the clients grows from a tenth to all within `slowStart`.
///
/// **Thread**: any, several at once.
final class UpstreamHealth {
    /// How long an upstream that is down is left alone when there are no checks.
    static final Duration RETRY_AFTER = Duration.ofSeconds(10);

    private static final double FIRST_SHARE = 0.1;
    /// The parts of a turn of [RoundRobinBalancer].
    private static final int TURN = 1000;
    private static final State FRESH = new State(true, 0, 0, false);

    private final LongSupplier clockNanos;
    private final AtomicReference<State> state = new AtomicReference<>(FRESH);
    /// The parts of a turn that it has been passed over for.
    private final AtomicInteger credit = new AtomicInteger();
    private volatile UpstreamHealthOptions options;

    /// @param inRow failures in a row when it is up, successes in a row when it is down
    /// @param nanos when it came up, or until when it is left alone
    /// @param cameBack whether it was down before
    private record State(boolean up, int inRow, long nanos, boolean cameBack) {}

    UpstreamHealth(UpstreamHealthOptions options, LongSupplier clockNanos) {
        this.options = options;
        this.clockNanos = clockNanos;
    }

    /// Replaces the options; what was counted stays.
    void configure(UpstreamHealthOptions changed) {
        options = changed;
    }

    UpstreamHealthOptions options() {
        return options;
    }

    boolean isUp() {
        return state.get().up;
    }

    /// Counts a connect that has failed.
    ///
    /// @return whether the upstream is down because of it
    boolean failed() {
        State before;
        State after;
        do {
            before = state.get();
            long retryNanos = clockNanos.getAsLong() + RETRY_AFTER.toNanos();
            after = before.up && before.inRow + 1 < options.fall()
                    ? new State(true, before.inRow + 1, before.nanos, before.cameBack)
                    : new State(false, 0, retryNanos, true);
        } while (!state.compareAndSet(before, after));
        return before.up && !after.up;
    }

    /// Counts a connect that has succeeded.
    ///
    /// @return whether the upstream is up because of it
    boolean succeeded() {
        State before;
        State after;
        do {
            before = state.get();
            if (before.up && before.inRow == 0) {
                return false;
            }
            after = afterSuccess(before);
        } while (!state.compareAndSet(before, after));
        return !before.up && after.up;
    }

    private State afterSuccess(State before) {
        UpstreamHealthOptions now = options;
        int needed = now.isActive() ? now.rise() : 1;
        if (before.up) {
            return new State(true, 0, before.nanos, before.cameBack);
        }
        return before.inRow + 1 < needed
                ? new State(false, before.inRow + 1, before.nanos, true)
                : new State(true, 0, clockNanos.getAsLong(), true);
    }

    /// Whether the caller is to try this upstream although it is down, because its time to be left alone is over and there are no checks.
    /// The next caller is told so only after that time.
    boolean takesTrial() {
        State before = state.get();
        long now = clockNanos.getAsLong();
        return !before.up && !options.isActive() && now - before.nanos >= 0 && state.compareAndSet(before,
                new State(false, before.inRow, now + RETRY_AFTER.toNanos(), true));
    }

    /// Its share of the clients: 1, or less in slow start.
    double share() {
        State now = state.get();
        long rampNanos = TimeUnit.NANOSECONDS.convert(options.slowStart());
        if (!now.up || !now.cameBack || rampNanos == 0) {
            return 1;
        }
        long sinceNanos = clockNanos.getAsLong() - now.nanos;
        return sinceNanos >= rampNanos ? 1 : Math.max(FIRST_SHARE, (double) sinceNanos / rampNanos);
    }

    /// Whether it takes its turn: always, or in slow start so often that it has its share.
    boolean takesTurn() {
        double share = share();
        if (share >= 1) {
            return true;
        }
        if (credit.addAndGet((int) (share * TURN)) < TURN) {
            return false;
        }
        credit.addAndGet(-TURN);
        return true;
    }
}
