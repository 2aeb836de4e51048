package dev.polyserve.run;

import java.util.function.Consumer;

/// How many connections and datagrams may still be taken: all of them while serving, none while paused, one for
/// `handleRequest`.
///
/// **Thread**: the accept loop's.
final class Allowance {
    private final Consumer<Runner.Allowed> changed;
    private Runner.Allowed now = Runner.Allowed.NONE;

    /// @param changed hears what is allowed from now on
    Allowance(Consumer<Runner.Allowed> changed) {
        this.changed = changed;
    }

    private void become(Runner.Allowed next) {
        if (now != next) {
            now = next;
            changed.accept(next);
        }
    }

    void unlimited() {
        become(Runner.Allowed.ALL);
    }

    void one() {
        become(Runner.Allowed.ONE);
    }

    /// Takes back [#one], where it was not used; what was allowed since stays.
    void notOne() {
        used();
    }

    void none() {
        become(Runner.Allowed.NONE);
    }

    boolean any() {
        return now != Runner.Allowed.NONE;
    }

    void used() {
        if (now == Runner.Allowed.ONE) {
            become(Runner.Allowed.NONE);
        }
    }
}
