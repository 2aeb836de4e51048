package dev.polyserve.linux;

import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.SystemCallException;
import dev.polyserve.run.SocketBackend;
import java.io.IOException;
import java.util.Optional;

/// Probes a loop's system calls by making them once: a sandbox may forbid the calls of one mechanism and allow those of
/// another.
///
/// **Thread**: any.
final class SystemCallProbe {
    private SystemCallProbe() {}

    /// Opens the multiplexer, polls it once without waiting, and closes it.
    ///
    /// @return the reason of the failure and the remedy, in one sentence; empty on success
    static Optional<String> of(SocketBackend.Opening opening) {
        try {
            var multiplexer = opening.open(false);
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
