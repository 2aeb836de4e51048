package dev.polyserve.coroutine;

import java.time.Duration;
import java.util.Objects;

/// How a [Hub] is set up.
///
/// @param name its thread's name; its monitor's begins with it
/// @param lendThread whether to use the hub's thread as the carrier of its tasks where the JDK allows it; false: tasks pass a
///         baton, as on a stock JDK
/// @param stallLimit how long one task may keep the others from running before that is reported; zero: never reported
/// @param patience how long killed tasks may take to end when a hub is closed or interrupted; then it gives them up, and they never run again
/// @param spawnSites whether each task notes where it was spawned: some microseconds for each
/// @param listener hears what nobody else would
public record HubOptions(String name, boolean lendThread, Duration stallLimit, Duration patience, boolean spawnSites,
        HubListener listener) {
    /// A stall limit of 100 ms, a patience of 10 s, no spawn sites, and a listener that logs.
    public static final HubOptions DEFAULT = new HubOptions("hub", true, Duration.ofMillis(100), Duration.ofSeconds(10),
            false, new HubListener() {});

    /// Checks that the durations are not negative.
    public HubOptions {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(listener, "listener");
        if (stallLimit.isNegative() || patience.isNegative()) {
            throw new IllegalArgumentException("the stall limit and the patience of a hub must not be negative");
        }
    }

    /// With another name.
    public HubOptions withName(String newName) {
        return new HubOptions(newName, lendThread, stallLimit, patience, spawnSites, listener);
    }

    /// With the hub's thread lent to its tasks, or not.
    public HubOptions withLendThread(boolean lend) {
        return new HubOptions(name, lend, stallLimit, patience, spawnSites, listener);
    }

    /// With another stall limit.
    public HubOptions withStallLimit(Duration limit) {
        return new HubOptions(name, lendThread, limit, patience, spawnSites, listener);
    }

    /// With another patience.
    public HubOptions withPatience(Duration newPatience) {
        return new HubOptions(name, lendThread, stallLimit, newPatience, spawnSites, listener);
    }

    /// With spawn sites noted, or not.
    public HubOptions withSpawnSites(boolean noted) {
        return new HubOptions(name, lendThread, stallLimit, patience, noted, listener);
    }

    /// With another listener.
    public HubOptions withListener(HubListener newListener) {
        return new HubOptions(name, lendThread, stallLimit, patience, spawnSites, newListener);
    }
}
