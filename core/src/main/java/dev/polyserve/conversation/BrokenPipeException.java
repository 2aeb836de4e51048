package dev.polyserve.conversation;

import java.io.IOException;

/// A write found that the peer, which had ended its output before, does not read any more (EPIPE, send(2)): its last bytes can
/// still be read, and are whole. Any other failure of a write may have cut them.
public final class BrokenPipeException extends IOException {
    private static final long serialVersionUID = 1L;

    /// @param reported what the system has reported
    public BrokenPipeException(IOException reported) {
        super(reported.getMessage(), reported);
    }
}
