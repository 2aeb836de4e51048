package dev.polyserve.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/// What the clients of an echo server under test do.
final class EchoClient {
    private EchoClient() {}

    /// Sends a line, and reads as many bytes.
    static void exchange(Socket client, String line) throws IOException {
        client.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        assertThat(client.getInputStream().readNBytes(line.length() + 1)).hasSize(line.length() + 1);
    }

    /// What reading returns at the end of a connection, by an end of input or a reset.
    static int end(Socket client) throws IOException {
        try {
            return client.getInputStream().read();
        } catch (SocketException e) {
            return -1;
        }
    }
}
