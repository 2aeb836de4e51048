package dev.polyserve.conversation;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A wire that can stay connected while nothing uses it, and be used by another owner of the same loop, or by another thread,
/// later.
///
/// **Thread**: the owner, which has entered the library.
public interface ReusableWire {
    /// Begins to be used by another owner, or by none.
    ///
    /// @param host what runs the owner on its event loop; null: it has a thread of its own, or there is no owner
    void ownedBy(@Nullable HandlerHost host);

    /// Whether there is nothing to read, neither bytes nor the end. If there is something, it may be lost.
    boolean isSilent() throws IOException;

    /// Ends the output, with TLS by its `close_notify`, if the kernel accepts that at once; [Wire#close] follows. **Thread**: any,
    /// while nothing owns the wire.
    void endUnowned();
}
