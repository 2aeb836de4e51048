package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// A TCP client. Every wait of it has a time limit.
///
/// **Thread**: the test's.
final class Client implements AutoCloseable {
    private static final int WAIT_MILLIS = 30_000;
    private static final int SMALL_BUFFER_BYTES = 4096;

    private final Socket socket = new Socket();

    private Client(SocketAddress server, @Nullable SocketAddress source, int roomBytes) throws IOException {
        try {
            if (roomBytes > 0) {
                // Before the handshake, which fixes the maximum window.
                socket.setReceiveBufferSize(roomBytes);
            }
            socket.setSoTimeout(WAIT_MILLIS);
            if (source != null) {
                socket.bind(source);
            }
            socket.connect(server, WAIT_MILLIS);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    static Client of(ServerProcess server) throws IOException {
        return new Client(server.address(), null, 0);
    }

    /// A client with a receive buffer of a few kilobytes.
    static Client withSmallBuffer(ServerProcess server) throws IOException {
        return new Client(server.address(), null, SMALL_BUFFER_BYTES);
    }

    static Client at(SocketAddress server) throws IOException {
        return new Client(server, null, 0);
    }

    /// A client with another local address of this machine.
    static Client from(String source, ServerProcess server) throws IOException {
        return new Client(server.address(), new InetSocketAddress(source, 0), 0);
    }

    /// The local port, which names the client in the server's log.
    int port() {
        return socket.getLocalPort();
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.UTF_8));
    }

    byte[] read(int length) throws IOException {
        return socket.getInputStream().readNBytes(length);
    }

    void receives(String text) throws IOException {
        byte[] expected = text.getBytes(StandardCharsets.UTF_8);
        assertThat(new String(read(expected.length), StandardCharsets.UTF_8)).isEqualTo(text);
    }

    /// A short exchange; every service answers with the same number of bytes.
    void converses() throws IOException {
        send("ping\n");
        assertThat(read("ping\n".length())).hasSize("ping\n".length());
    }

    /// Ends the output (half-close).
    void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    /// Whether nothing has arrived so far.
    boolean receivedNothing() {
        try {
            return socket.getInputStream().available() == 0;
        } catch (IOException e) {
            throw new UncheckedIOException("the client cannot check for input", e);
        }
    }

    /// Waits for the end of input or a reset.
    void seesTheEnd() throws IOException {
        InputStream input = socket.getInputStream();
        try {
            input.readAllBytes();
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }

    /// Waits for the end of input, without a byte or a reset before it.
    void seesACleanEnd() throws IOException {
        assertThat(socket.getInputStream().readAllBytes()).isEmpty();
    }

    /// Resets the connection.
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
