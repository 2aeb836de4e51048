package dev.polyserve;

import java.io.IOException;

/// A frame is, or must become, longer than its limit; if the handler lets it pass, the connection ends with
/// [Cause.LimitReached] of [Limit#FRAME].
public final class FrameTooLongException extends IOException {
    private static final long serialVersionUID = 1L;

    /// Made by codecs.
    public FrameTooLongException(long maxFrameBytes) {
        super("a frame is longer than " + maxFrameBytes + " bytes, the limit (max-frame raises it)");
    }
}
