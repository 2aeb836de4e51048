package dev.polyserve.cli.operation;

import java.io.IOException;
import java.io.Serial;

/// A restart is refused, or called off, because of the state of this program.
public final class RestartRefusedException extends IOException {
    @Serial
    private static final long serialVersionUID = 1L;

    RestartRefusedException(String message) {
        super(message);
    }

    RestartRefusedException(String message, IOException cause) {
        super(message, cause);
    }
}
