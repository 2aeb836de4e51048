package dev.polyserve.conversation;

import java.io.IOException;

/// A handler pinned to its event loop's thread would have had to wait for its connection, which would have stopped the
/// loop.
public final class PinnedWaitException extends IOException {
    private static final long serialVersionUID = 1L;

    /// @param message why it cannot wait there, and the remedy
    public PinnedWaitException(String message) {
        super(message);
    }
}
