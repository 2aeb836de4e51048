package dev.polyserve.run;

import java.util.function.Consumer;

/// How many connections and datagrams may still be taken: all of them while serving, none while paused, one for
/// `handleRequest`.
///
/// **Thread**: the accept loop's.
final class AcceptPolicy {
    private final Consumer<Runner.AcceptMode> changed;
    private Runner.AcceptMode now = Runner.AcceptMode.NONE;

    /// @param changed hears what is allowed from now on
    AcceptPolicy(Consumer<Runner.AcceptMode> changed) {
        this.changed = changed;
    }

    private void become(Runner.AcceptMode next) {
        if (now != next) {
            now = next;
            changed.accept(next);
        }
    }

    void unlimited() {
        become(Runner.AcceptMode.ALL);
    }

    void one() {
        become(Runner.AcceptMode.ONE);
    }

    /// Takes back [#one], where it was not used; what was allowed since stays.
    void notOne() {
        used();
    }

    void none() {
        become(Runner.AcceptMode.NONE);
    }

    boolean any() {
        return now != Runner.AcceptMode.NONE;
    }

    void used() {
        if (now == Runner.AcceptMode.ONE) {
            become(Runner.AcceptMode.NONE);
        }
    }
}
