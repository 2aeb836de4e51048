package dev.polyserve.io;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A Unix server has as many connections waiting as its backlog has room for: a later attempt, with another socket, may
/// succeed.
public final class BacklogFullException extends IOException {
    private static final long serialVersionUID = 1L;

    /// @param cause the system's error
    public BacklogFullException(@Nullable Throwable cause) {
        super("its backlog is full; let the server accept faster, or give it a longer backlog", cause);
    }
}
