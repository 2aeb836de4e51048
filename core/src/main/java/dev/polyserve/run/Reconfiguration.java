package dev.polyserve.run;

import dev.polyserve.Options;

/// Which options may change while a server lives: all but those that its sockets, queues and loops were made with.
final class Reconfiguration {
    private Reconfiguration() {}

    /// Refuses a change of what cannot change, in one sentence.
    ///
    /// @throws IllegalArgumentException naming the option and both values
    static void requirePossible(Options before, Options after) {
        requireUnchanged("the socket options", before.sockets(), after.sockets());
        requireUnchanged("queue", before.limits().queue(), after.limits().queue());
        requireUnchanged("max-datagram", before.limits().datagramBytes(), after.limits().datagramBytes());
        requireUnchanged("stall-limit", before.timeouts().stall(), after.timeouts().stall());
        requireUnchanged("spin", before.timeouts().spin(), after.timeouts().spin());
    }

    private static void requireUnchanged(String name, Object before, Object after) {
        if (!before.equals(after)) {
            throw new IllegalArgumentException(
                    name + ": cannot change while the server lives, from " + before + " to " + after);
        }
    }
}
