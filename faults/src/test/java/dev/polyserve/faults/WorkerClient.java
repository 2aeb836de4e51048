package dev.polyserve.faults;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// A client of a [WorkerHandler]. Every wait of it has a time limit.
///
/// **Thread**: one at a time.
final class WorkerClient implements AutoCloseable {
    private static final int WAIT_MILLIS = 40_000;

    private final Socket socket = new Socket();
    private final BufferedReader lines;

    WorkerClient(CommandLine server) throws IOException {
        this(server.port());
    }

    WorkerClient(int port) throws IOException {
        try {
            socket.setSoTimeout(WAIT_MILLIS);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), WAIT_MILLIS);
            lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /// The local port.
    int port() {
        return socket.getLocalPort();
    }

    void say(String line) throws IOException {
        socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /// The id of the process that served the last request.
    ///
    /// @throws IOException when the connection has ended instead
    long hears() throws IOException {
        String line = lines.readLine();
        if (line == null) {
            throw new IOException("the server has ended the connection");
        }
        return Long.parseLong(line);
    }

    /// The id of the process that serves this client.
    long asks() throws IOException {
        say("request");
        return hears();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
