package dev.polyserve.conversation;

import java.io.IOException;

/// A handler that is pinned to the thread of its event loop had to wait for its connection, which would have stopped the loop.
public final class PinnedWaitException extends IOException {
    private static final long serialVersionUID = 1L;

    /// @param message why it cannot wait there, and what to do
    public PinnedWaitException(String message) {
        super(message);
    }
}
