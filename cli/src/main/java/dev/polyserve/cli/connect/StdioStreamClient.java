package dev.polyserve.cli.connect;

import dev.polyserve.Endpoint;
import dev.polyserve.cli.net.Dialer;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/// Copies standard input to the socket and the socket to standard output, byte for byte.
///
/// **Thread**: [#run] runs on the caller's. Input is read on a thread of its own, which is abandoned when the server
/// ends first.
public final class StdioStreamClient {
    private static final int BUFFER_BYTES = 64 << 10;

    private final Endpoint endpoint;
    private final ClientConnection connection;
    private final InputStream in;
    private final PrintStream out;
    private volatile boolean inputFailed;

    /// Creates a client for a connection.
    public StdioStreamClient(Endpoint endpoint, ClientConnection connection, InputStream in, PrintStream out) {
        this.endpoint = endpoint;
        this.connection = connection;
        this.in = in;
        this.out = out;
    }

    /// Connects to an endpoint.
    ///
    /// @throws ConnectCommandException when the connection fails
    public static SocketChannel connect(Endpoint endpoint) {
        try {
            return Dialer.connect(endpoint);
        } catch (IOException e) {
            throw new ConnectCommandException(
                    "cannot connect to " + endpoint + ": " + e.getMessage() + "; is a server running there?", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConnectCommandException("interrupted while connecting to " + endpoint, e);
        }
    }

    /// Copies bytes until the server ends.
    ///
    /// @param halfClose true to half-close the connection at the end of input
    public void run(boolean halfClose) {
        Thread.ofPlatform().daemon().name("polyserve-input").start(() -> send(halfClose));
        byte[] bytes = new byte[BUFFER_BYTES];
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        try {
            for (int count; (count = connection.read(buffer.clear())) >= 0;) {
                out.write(bytes, 0, count);
                out.flush();
                if (out.checkError()) {
                    throw new IOException("standard output cannot be written");
                }
            }
        } catch (IOException e) {
            throw new ConnectCommandException("the connection to " + endpoint + " ended: "
                    + (inputFailed ? "standard input cannot be read" : e.getMessage()), e);
        }
    }

    private void send(boolean halfClose) {
        byte[] bytes = new byte[BUFFER_BYTES];
        try {
            for (int count; (count = readInput(bytes)) >= 0;) {
                connection.write(ByteBuffer.wrap(bytes, 0, count));
            }
            if (halfClose && !inputFailed) {
                connection.endOutput();
            }
        } catch (IOException e) {
            // The server accepts no more data. The reading side handles its remaining output and its end.
            System.getLogger(StdioStreamClient.class.getName()).log(System.Logger.Level.DEBUG,
                    endpoint + " accepts no more data: " + e.getMessage());
        }
    }

    private int readInput(byte[] into) throws IOException {
        try {
            return in.read(into);
        } catch (IOException e) {
            inputFailed = true;
            connection.close();
            throw e;
        }
    }
}
