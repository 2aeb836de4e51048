package dev.polyserve.run;

import dev.polyserve.loop.EventLoop;
import java.util.function.Consumer;

/// Closes and opens accepting: all connections and datagrams while the server serves, none while it is paused, one for
/// `handleRequest`.
///
/// **Thread**: the accept loop's.
final class AcceptGate {
    private final EventLoop acceptLoop;
    private final Consumer<AcceptQuota> changed;
    private AcceptQuota now = AcceptQuota.NONE;

    /// @param changed receives each new accept mode
    AcceptGate(EventLoop acceptLoop, Consumer<AcceptQuota> changed) {
        this.acceptLoop = acceptLoop;
        this.changed = changed;
    }

    private void become(AcceptQuota next) {
        acceptLoop.assertOwner();
        if (now != next) {
            now = next;
            changed.accept(next);
        }
    }

    void unlimited() {
        become(AcceptQuota.ALL);
    }

    void one() {
        become(AcceptQuota.ONE);
    }

    /// Revokes [#one] if it was not used. A mode that was set since then stays.
    void notOne() {
        used();
    }

    void none() {
        become(AcceptQuota.NONE);
    }

    boolean any() {
        acceptLoop.assertOwner();
        return now != AcceptQuota.NONE;
    }

    void used() {
        acceptLoop.assertOwner();
        if (now == AcceptQuota.ONE) {
            become(AcceptQuota.NONE);
        }
    }
}
