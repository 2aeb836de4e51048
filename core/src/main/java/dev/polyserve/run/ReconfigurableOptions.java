package dev.polyserve.run;

import dev.polyserve.Options;

/// Which options may change on a live server: all except those that its sockets, queues and loops were created with.
final class ReconfigurableOptions {
    private ReconfigurableOptions() {}

    /// Rejects a change of an option that cannot change, with a one-sentence message.
    ///
    /// @throws IllegalArgumentException with the option and both values in its message
    static void requirePossible(Options before, Options after) {
        requireUnchanged("the socket options", before.sockets(), after.sockets());
        requireUnchanged("queue", before.limits().queue(), after.limits().queue());
        requireUnchanged("max-datagram", before.limits().datagramBytes(), after.limits().datagramBytes());
        requireUnchanged("stall-limit", before.timeouts().stall(), after.timeouts().stall());
        requireUnchanged("spin", before.timeouts().spin(), after.timeouts().spin());
        requireUnchanged("hand-off", before.timeouts().handOff(), after.timeouts().handOff());
    }

    private static void requireUnchanged(String name, Object before, Object after) {
        if (!before.equals(after)) {
            throw new IllegalArgumentException(
                    name + ": cannot change while the server lives, from " + before + " to " + after);
        }
    }
}
