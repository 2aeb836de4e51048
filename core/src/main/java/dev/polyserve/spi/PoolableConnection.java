package dev.polyserve.spi;

import dev.polyserve.Connection;

/// A connection that this program has begun, and that can stay open while nothing owns it: in a pool, between two handlers.
///
/// ```
///   connected, owned ◀──take── unowned ──endUnowned, the server's stop, a limit──▶ over
///          │ └──────leave──────▶
///          └─ its owner ends ─▶ over
/// ```
///
/// **Thread**: the owner, except as noted.
public interface PoolableConnection extends Connection {
    /// Ends it within an exchange: its peer gets a reset. It has no effect when it is over.
    void abandon();

    /// Ends it at once: nothing more is sent, and its owner's waits fail. **Thread**: any.
    void abort();

    /// Ends it, if nothing owns it; it has no effect otherwise. **Thread**: any.
    void endUnowned();

    /// Runs an action once it is over; if it is over already, at once. **Thread**: any.
    void whenOver(Runnable action);
}
