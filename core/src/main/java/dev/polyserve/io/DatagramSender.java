package dev.polyserve.io;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;

/// Sends datagrams through a [DatagramPort], at once or many together; it does not wait.
///
/// **Thread**: the loop's; [#send] any.
public interface DatagramSender {
    /// Sends one datagram.
    ///
    /// @param from as returned by [DatagramPort#local], or [DatagramPort#address]
    /// @return false when the system has no room for it now
    boolean send(ByteBuffer bytes, SocketAddress to, SocketAddress from) throws IOException;

    /// Sends one datagram, at [#flush] at the latest; a caller must flush before it waits for anything.
    ///
    /// @param bytes may change after this call
    /// @param from as for [#send]
    /// @param outcome receives the result of this datagram or an earlier one, in this call or a later one
    default void collect(ByteBuffer bytes, SocketAddress to, SocketAddress from, Outcome outcome) {
        try {
            if (send(bytes, to, from)) {
                outcome.sent();
            } else {
                outcome.failed(to, noRoom());
            }
        } catch (IOException e) {
            outcome.failed(to, e);
        }
    }

    /// Sends the collected datagrams. Failures are reported to `outcome`; it neither waits nor throws.
    default void flush(Outcome outcome) {
        // Each datagram was sent at once.
    }

    /// The exception for a datagram that the system had no room for.
    static IOException noRoom() {
        return new IOException("the system has no room for the reply, which is dropped as a network would");
    }

    /// Receives the results of the collected datagrams, each once.
    interface Outcome {
        /// A datagram was sent.
        void sent();

        /// A datagram was not sent.
        void failed(SocketAddress to, IOException why);
    }
}
