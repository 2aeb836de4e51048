package dev.polyserve.io;

import dev.polyserve.Endpoint;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// A bound datagram socket; it does not wait.
///
/// **Thread**: its loop's; [#send] and [#close] any.
public interface DatagramPort extends Source {
    /// Its endpoint, with its real port.
    Endpoint endpoint();

    /// Its address.
    SocketAddress address();

    /// Receives one datagram into the buffer; a longer one is truncated.
    ///
    /// @return the sender's address, or null when no datagram waits or is known to wait: the multiplexer reports
    ///     further ones
    @Nullable SocketAddress receive(ByteBuffer into) throws IOException;

    /// The address at which the last received datagram arrived. At a port of every address it is the sender's
    /// destination address, and the only one from which the sender accepts a reply.
    default SocketAddress local() {
        return address();
    }

    /// Whether it holds datagrams that [#receive] has not returned yet: no multiplexer reports these.
    default boolean holdsReceived() {
        return false;
    }

    /// Sends one datagram.
    ///
    /// @param from as returned by [#local], or [#address]
    /// @return false when the system has no room for it now
    boolean send(ByteBuffer bytes, SocketAddress to, SocketAddress from) throws IOException;

    /// As above, from [#address].
    default boolean send(ByteBuffer bytes, SocketAddress to) throws IOException {
        return send(bytes, to, address());
    }

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

    /// Releases the socket; a Unix socket's file is removed if it is still ours.
    void close() throws IOException;
}
