package dev.polyserve.linux.ring;

import java.io.IOException;
import java.util.ArrayDeque;

/// Closes what was opened, in the opposite order, unless everything has succeeded.
///
/// **Thread**: the thread that created it.
final class CloseOnFailure implements AutoCloseable {
    private final ArrayDeque<Closing> closings = new ArrayDeque<>();

    interface Closing {
        void close() throws IOException;
    }

    /// Closes the given resource.
    interface HowToClose<T> {
        void close(T opened) throws IOException;
    }

    /// Registers the resource to be closed in this way.
    <T> T keep(T opened, HowToClose<T> how) {
        closings.push(() -> how.close(opened));
        return opened;
    }

    /// Keeps everything open: all has succeeded.
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
