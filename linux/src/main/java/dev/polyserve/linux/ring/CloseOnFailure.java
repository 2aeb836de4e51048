package dev.polyserve.linux.ring;

import java.io.IOException;
import java.util.ArrayDeque;

/// What was opened and is closed in the opposite order, unless everything has succeeded.
///
/// **Thread**: its maker's.
final class CloseOnFailure implements AutoCloseable {
    private final ArrayDeque<Closing> closings = new ArrayDeque<>();

    /// Closes one thing.
    interface Closing {
        void close() throws IOException;
    }

    /// Closes a thing.
    interface HowToClose<T> {
        void close(T opened) throws IOException;
    }

    /// Will be closed, in this way.
    <T> T keep(T opened, HowToClose<T> how) {
        closings.push(() -> how.close(opened));
        return opened;
    }

    /// All are open: they stay so.
    void complete() {
        closings.clear();
    }

    @Override
    public void close() throws IOException {
        IOException failed = null;
        for (Closing closing : closings) {
            try {
                closing.close();
            } catch (IOException e) {
                if (failed == null) {
                    failed = e;
                } else {
                    failed.addSuppressed(e);
                }
            }
        }
        if (failed != null) {
            throw failed;
        }
    }
}
