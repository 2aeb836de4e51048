package dev.polyserve.linux;

import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.SystemCallException;
import dev.polyserve.run.LoopRunner;
import java.io.IOException;
import java.util.Optional;

/// Whether the system lets this process do what a loop does, found out by doing it once: a sandbox may forbid the calls of
/// one mechanism and allow those of another.
///
/// **Thread**: any.
final class LoopProbe {
    private LoopProbe() {}

    /// Opens it, waits for nothing, and closes it.
    ///
    /// @return why that failed and what to do, in one sentence; empty when it did not
    static Optional<String> of(LoopRunner.Opening opening) {
        try {
            var multiplexer = opening.open();
            try {
                multiplexer.await(0);
            } finally {
                multiplexer.close();
            }
            return Optional.empty();
        } catch (SystemCallException e) {
            return Optional.of(switch (e.errno()) {
                case Errno.EPERM, Errno.EACCES, Errno.ENOSYS ->
                    "a sandbox of this process (seccomp) forbids a call that it needs: " + e.getMessage()
                            + "; allow it there";
                default -> "trying it failed: " + e.getMessage();
            });
        } catch (IOException e) {
            return Optional.of("trying it failed: " + e.getMessage());
        }
    }
}
