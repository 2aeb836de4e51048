package dev.polyserve;

import java.io.EOFException;

/// The input ended within a frame; it carries the bytes that had arrived.
public final class IncompleteFrameException extends EOFException {
    private static final long serialVersionUID = 1L;

    private final byte[] partial;

    /// Made by the library.
    public IncompleteFrameException(byte[] partial) {
        super("the input ended within a frame, after " + partial.length + " of its bytes");
        this.partial = partial.clone();
    }

    /// The bytes of the incomplete frame.
    public byte[] partial() {
        return partial.clone();
    }
}
