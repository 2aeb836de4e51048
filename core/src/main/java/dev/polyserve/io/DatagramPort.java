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
    /// Where it is bound, with its real port.
    Endpoint endpoint();

    /// Its address.
    SocketAddress address();

    /// Receives one datagram into the buffer, cut off where that is full.
    ///
    /// @return who sent it, or null when none waits, as far as is known: the multiplexer tells of more
    @Nullable SocketAddress receive(ByteBuffer into) throws IOException;

    /// Where the datagram has arrived that was received last. At a port of every address it is the one that its sender has asked,
    /// and takes an answer from.
    default SocketAddress local() {
        return address();
    }

    /// Whether it has taken datagrams from the system that [#receive] has not handed out: of them no multiplexer tells.
    default boolean holdsReceived() {
        return false;
    }

    /// Sends one datagram.
    ///
    /// @param from as [#local] has told it, or [#address]
    /// @return false when the system has no room for it now
    boolean send(ByteBuffer bytes, SocketAddress to, SocketAddress from) throws IOException;

    /// As above, from [#address].
    default boolean send(ByteBuffer bytes, SocketAddress to) throws IOException {
        return send(bytes, to, address());
    }

    /// Sends one datagram, at [#flush] at the latest; whoever collects also flushes, before waiting for anything.
    ///
    /// @param bytes may change after this call
    /// @param from as for [#send]
    /// @param outcome hears what became of it, or of one before, here or at the next call
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

    /// Sends what was collected. What cannot be sent is told, and nothing waits or is thrown.
    default void flush(Outcome outcome) {
        // Each was sent at once.
    }

    /// Why it could not be sent when the system had no room.
    static IOException noRoom() {
        return new IOException("the system has no room for the reply, which is dropped as a network would");
    }

    /// Hears what became of the datagrams that were collected, of each once.
    interface Outcome {
        /// One was sent.
        void sent();

        /// One was not.
        void failed(SocketAddress to, IOException why);
    }

    /// Releases the socket; a Unix socket's file is removed if it is still ours.
    void close() throws IOException;
}
