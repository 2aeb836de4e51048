package dev.polyserve.coroutine.hub;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The settings of a [Hub].
///
/// Immutable: each `with…` method returns a changed copy. Two instances with the same settings are equal.
public final class HubOptions {
    private static final HubOptions DEFAULTS = new HubOptions(new Values());

    private final Values values;

    private HubOptions(Values values) {
        this.values = values;
    }

    /// The defaults: a stall limit of 100 ms, a kill timeout of 10 s, no spawn sites, and a listener that logs.
    public static HubOptions defaults() {
        return DEFAULTS;
    }

    private HubOptions with(Consumer<Values> change) {
        Values copy = new Values(values);
        change.accept(copy);
        if (copy.stallLimit.isNegative() || copy.killTimeout.isNegative()) {
            throw new IllegalArgumentException("the stall limit and the kill timeout of a hub must not be negative");
        }
        return new HubOptions(copy);
    }

    /// The name of the hub and its thread. The name of the monitor's thread begins with it.
    public String name() {
        return values.name;
    }

    /// Whether tasks run on the hub's thread where the JDK allows it. Otherwise each runs on its own thread, as on a
    /// stock JDK.
    public boolean lendThread() {
        return values.lendThread;
    }

    /// The time for which one task may block the hub before that is reported; zero disables the reports.
    public Duration stallLimit() {
        return values.stallLimit;
    }

    /// The time that killed tasks have to end when a hub is closed or interrupted. The hub then abandons them, and they
    /// never run again.
    public Duration killTimeout() {
        return values.killTimeout;
    }

    /// Whether the stack of each spawn is recorded, which costs some microseconds.
    public boolean spawnSites() {
        return values.spawnSites;
    }

    /// The listener for failures and stalls.
    public HubEventListener listener() {
        return values.listener;
    }

    /// A copy with another name.
    public HubOptions withName(String newName) {
        return with(values -> values.name = Objects.requireNonNull(newName, "name"));
    }

    /// A copy that lends the hub's thread to its tasks, or does not.
    public HubOptions withLendThread(boolean lend) {
        return with(values -> values.lendThread = lend);
    }

    /// A copy with another stall limit.
    public HubOptions withStallLimit(Duration limit) {
        return with(values -> values.stallLimit = limit);
    }

    /// A copy with another kill timeout.
    public HubOptions withKillTimeout(Duration atMost) {
        return with(values -> values.killTimeout = atMost);
    }

    /// A copy that records spawn sites, or does not.
    public HubOptions withSpawnSites(boolean noted) {
        return with(values -> values.spawnSites = noted);
    }

    /// A copy with another listener.
    public HubOptions withListener(HubEventListener newListener) {
        return with(values -> values.listener = Objects.requireNonNull(newListener, "listener"));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof HubOptions that && values.all().equals(that.values.all());
    }

    @Override
    public int hashCode() {
        return values.all().hashCode();
    }

    @Override
    public String toString() {
        return "HubOptions" + values.all();
    }

    /// The settings and their defaults; changed only before they become part of an instance.
    private static final class Values {
        String name = "hub";
        boolean lendThread = true;
        Duration stallLimit = Duration.ofMillis(100);
        Duration killTimeout = Duration.ofSeconds(10);
        boolean spawnSites;
        HubEventListener listener = new HubEventListener() {};

        Values() {}

        Values(Values from) {
            name = from.name;
            lendThread = from.lendThread;
            stallLimit = from.stallLimit;
            killTimeout = from.killTimeout;
            spawnSites = from.spawnSites;
            listener = from.listener;
        }

        List<Object> all() {
            return List.of(name, lendThread, stallLimit, killTimeout, spawnSites, listener);
        }
    }
}
