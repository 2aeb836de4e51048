package dev.polyserve.conformance;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/// The bytes of a test's client, over a channel that does not wait.
///
/// **Thread**: one at a time.
interface TestClientStream {
    /// Waits until bytes can be exchanged.
    ///
    /// @return false when the time is over
    /// @throws IOException when that failed
    boolean awaitReady(long atMostNanos) throws IOException;

    /// Takes bytes from the server.
    ///
    /// @param into an empty buffer
    /// @return how many; 0 when there are none now, -1 at the end
    int read(ByteBuffer into) throws IOException;

    /// Takes bytes for the server. The kernel may not have all of them before a [#flush].
    ///
    /// @return how many; 0 when the kernel has no room now
    int write(ByteBuffer bytes) throws IOException;

    /// Sends the rest of what was written.
    ///
    /// @return whether the kernel has all of it
    boolean flush() throws IOException;

    /// Ends the output, when the kernel has all of it; the input goes on.
    void end() throws IOException;

    /// Ends both directions as a client that closes does, as far as that is possible without waiting.
    void leave();

    /// Ends a wait for the handshake. The channel is to be closed.
    void abandon() throws IOException;

    /// Bytes without TLS.
    ///
    /// @param channel the channel
    record Plain(SocketChannel channel) implements TestClientStream {
        @Override
        public boolean awaitReady(long atMostNanos) {
            return true;
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            return channel.read(into);
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            return channel.write(bytes);
        }

        @Override
        public boolean flush() {
            return true;
        }

        @Override
        public void end() throws IOException {
            channel.shutdownOutput();
        }

        @Override
        public void leave() {
            // Closing the channel is enough.
        }

        @Override
        public void abandon() {
            // Nothing waits.
        }
    }
}
