package dev.polyserve.run;

import dev.polyserve.loop.EventLoop;
import java.util.function.Consumer;

/// How many connections and datagrams may still be accepted: all while serving, none while paused, one for
/// `handleRequest`.
///
/// **Thread**: the accept loop's.
final class AcceptLimit {
    private final EventLoop acceptLoop;
    private final Consumer<AcceptMode> changed;
    private AcceptMode now = AcceptMode.NONE;

    /// @param changed receives each new accept mode
    AcceptLimit(EventLoop acceptLoop, Consumer<AcceptMode> changed) {
        this.acceptLoop = acceptLoop;
        this.changed = changed;
    }

    private void become(AcceptMode next) {
        acceptLoop.assertOwner();
        if (now != next) {
            now = next;
            changed.accept(next);
        }
    }

    void unlimited() {
        become(AcceptMode.ALL);
    }

    void one() {
        become(AcceptMode.ONE);
    }

    /// Revokes [#one] if it was not used. A mode that was set since then stays.
    void notOne() {
        used();
    }

    void none() {
        become(AcceptMode.NONE);
    }

    boolean any() {
        acceptLoop.assertOwner();
        return now != AcceptMode.NONE;
    }

    void used() {
        acceptLoop.assertOwner();
        if (now == AcceptMode.ONE) {
            become(AcceptMode.NONE);
        }
    }
}
