package dev.polyserve.linux.multiplexer;

import dev.polyserve.linux.socket.EdgeReadiness;
import dev.polyserve.linux.system.PollDescriptors;
import dev.polyserve.linux.system.ReadinessWaitCalls;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;

/// Polls each descriptor by a call of its own, in turn, without blocking: the most naive of servers.
///
/// Without a rest it takes a whole processor. After some fruitless rounds it rests between rounds, longer and longer up
/// to a limit. The next request may be late by that limit, because only a wake-up ends a rest.
public final class PollingMultiplexer extends DescriptorMultiplexer {
    private static final int EAGER_ROUNDS = 64;
    private static final long FIRST_REST_NANOS = 10_000;

    private final PollDescriptors asked = new PollDescriptors(1);
    private final ArrayList<DescriptorWatch> watches = new ArrayList<>();
    private final long longestRestNanos;
    private int roundsInVain;
    private long restNanos;

    /// Opens the multiplexer.
    ///
    /// @param longestRest the longest rest between two rounds; zero: never rests
    public PollingMultiplexer(Duration longestRest) throws IOException {
        super("polling");
        this.longestRestNanos = longestRest.toNanos();
    }

    @Override
    void add(DescriptorWatch watch) {
        watch.noted = watches.size();
        watches.add(watch);
    }

    @Override
    void changed(DescriptorWatch watch) {
        // The next round reads the interest.
    }

    @Override
    void remove(DescriptorWatch watch) {
        DescriptorWatch last = watches.removeLast();
        if (!last.equals(watch)) {
            watches.set(watch.noted, last);
            last.noted = watch.noted;
        }
    }

    @Override
    public void await(long atMostNanos) throws IOException {
        owner.assertWaits();
        long began = System.nanoTime();
        while (true) {
            if (askAll()) {
                roundsInVain = 0;
                restNanos = 0;
                return;
            }
            long left = atMostNanos == Long.MAX_VALUE ? atMostNanos : atMostNanos - (System.nanoTime() - began);
            if (left <= 0 || isWoken(Math.min(left, nextRestNanos()))) {
                return;
            }
        }
    }

    /// Polls every watched descriptor once.
    ///
    /// @return true when any descriptor was ready
    private boolean askAll() throws IOException {
        boolean any = false;
        // Backwards: a removed watch is replaced by the last one, which was already polled.
        for (int i = watches.size() - 1; i >= 0; i--) {
            if (i < watches.size()) {
                any |= ask(watches.get(i));
            }
        }
        return any;
    }

    private boolean ask(DescriptorWatch watch) throws IOException {
        if (watch.interest() == 0) {
            return false;
        }
        asked.set(0, watch.descriptor(), EdgeReadiness.bits(watch.interest()));
        boolean ready = requireWaited("poll", ReadinessWaitCalls.poll(memory, asked, 1, 0)) > 0;
        if (ready) {
            watch.tellBits(asked.takeHappened(0));
        }
        return ready;
    }

    private long nextRestNanos() {
        if (roundsInVain < EAGER_ROUNDS) {
            roundsInVain++;
        } else {
            restNanos = Math.clamp(2 * restNanos, Math.min(FIRST_REST_NANOS, longestRestNanos), longestRestNanos);
        }
        return restNanos;
    }

    private boolean isWoken(long atMostNanos) throws IOException {
        asked.set(0, wakeup.descriptor(), PollDescriptors.IN);
        boolean woken = requireWaited("poll", ReadinessWaitCalls.poll(memory, asked, 1, atMostNanos)) > 0;
        if (woken) {
            wakeup.reset(memory);
        }
        return woken;
    }
}
