package dev.polyserve.coroutine;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// How a [Hub] is set up.
///
/// Unchangeable: a `with…` method returns another one. Two with the same settings are equal.
public final class HubOptions {
    private static final HubOptions DEFAULTS = new HubOptions(new Values());

    private final Values values;

    private HubOptions(Values values) {
        this.values = values;
    }

    /// A stall limit of 100 ms, a patience of 10 s, no spawn sites, and a listener that logs.
    public static HubOptions defaults() {
        return DEFAULTS;
    }

    private HubOptions with(Consumer<Values> change) {
        Values copy = new Values(values);
        change.accept(copy);
        if (copy.stallLimit.isNegative() || copy.patience.isNegative()) {
            throw new IllegalArgumentException("the stall limit and the patience of a hub must not be negative");
        }
        return new HubOptions(copy);
    }

    /// Its thread's name; its monitor's begins with it.
    public String name() {
        return values.name;
    }

    /// Whether to use the hub's thread as the carrier of its tasks where the JDK allows it; false: tasks pass a baton, as on a stock JDK.
    public boolean lendThread() {
        return values.lendThread;
    }

    /// How long one task may keep the others from running before that is reported; zero: never reported.
    public Duration stallLimit() {
        return values.stallLimit;
    }

    /// How long killed tasks may take to end when a hub is closed or interrupted; then it gives them up, and they never run again.
    public Duration patience() {
        return values.patience;
    }

    /// Whether each task notes where it was spawned: some microseconds for each.
    public boolean spawnSites() {
        return values.spawnSites;
    }

    /// What is told of stalls and failures.
    public HubListener listener() {
        return values.listener;
    }

    /// With another name.
    public HubOptions withName(String newName) {
        return with(values -> values.name = Objects.requireNonNull(newName, "name"));
    }

    /// With the hub's thread lent to its tasks, or not.
    public HubOptions withLendThread(boolean lend) {
        return with(values -> values.lendThread = lend);
    }

    /// With another stall limit.
    public HubOptions withStallLimit(Duration limit) {
        return with(values -> values.stallLimit = limit);
    }

    /// With another patience.
    public HubOptions withPatience(Duration newPatience) {
        return with(values -> values.patience = newPatience);
    }

    /// With spawn sites noted, or not.
    public HubOptions withSpawnSites(boolean noted) {
        return with(values -> values.spawnSites = noted);
    }

    /// With another listener.
    public HubOptions withListener(HubListener newListener) {
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

    /// The fields, and their defaults; set only before the options that have them are made.
    private static final class Values {
        String name = "hub";
        boolean lendThread = true;
        Duration stallLimit = Duration.ofMillis(100);
        Duration patience = Duration.ofSeconds(10);
        boolean spawnSites;
        HubListener listener = new HubListener() {};

        Values() {}

        Values(Values from) {
            name = from.name;
            lendThread = from.lendThread;
            stallLimit = from.stallLimit;
            patience = from.patience;
            spawnSites = from.spawnSites;
            listener = from.listener;
        }

        List<Object> all() {
            return List.of(name, lendThread, stallLimit, patience, spawnSites, listener);
        }
    }
}
