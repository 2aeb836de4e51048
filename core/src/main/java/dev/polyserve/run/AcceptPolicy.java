package dev.polyserve.run;

import java.util.function.Consumer;

/// How many connections and datagrams may still be accepted: all while serving, none while paused, one for
/// `handleRequest`.
///
/// **Thread**: the accept loop's.
final class AcceptPolicy {
    private final Consumer<Runner.AcceptMode> changed;
    private Runner.AcceptMode now = Runner.AcceptMode.NONE;

    /// @param changed receives each new accept mode
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

    /// Revokes [#one] if it was not used. A mode that was set since then stays.
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
