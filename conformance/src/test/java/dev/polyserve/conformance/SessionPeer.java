package dev.polyserve.conformance;

import dev.polyserve.Endpoint;
import dev.polyserve.Server;
import dev.polyserve.linux.UnixDatagramClient;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/// A peer of a server of sessions, with an address of its own, over UDP or a Unix socket.
///
/// **Thread**: one at a time.
interface SessionPeer extends AutoCloseable {
    int MOST_BYTES = 65_507;

    void send(byte... bytes) throws IOException;

    byte[] receive() throws IOException;

    @Override
    void close() throws IOException;

    default void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.UTF_8));
    }

    default String text() throws IOException {
        return new String(receive(), StandardCharsets.UTF_8);
    }

    /// Sends a text, and returns the next one that comes.
    default String ask(String text) throws IOException {
        send(text);
        return text();
    }

    static SessionPeer of(Server server) throws IOException {
        return switch (server.endpoints().getFirst()) {
            case Endpoint.Udp udp -> new Udp(new DatagramSocket(0, InetAddress.getLoopbackAddress()), udp.port());
            case Endpoint.UnixDatagram unix -> Unix.connect(unix.path());
            case Endpoint other -> throw new IllegalArgumentException("no datagrams: " + other);
        };
    }

    /// Not connected: the JDK sends no empty datagram on a connected socket.
    record Udp(DatagramSocket socket, int port) implements SessionPeer {
        private static final int TIMEOUT_MILLIS = 10_000;

        @Override
        public void send(byte... bytes) throws IOException {
            socket.send(new DatagramPacket(bytes, bytes.length, InetAddress.getLoopbackAddress(), port));
        }

        @Override
        public byte[] receive() throws IOException {
            DatagramPacket packet = new DatagramPacket(new byte[MOST_BYTES], MOST_BYTES);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.receive(packet);
            return Arrays.copyOf(packet.getData(), packet.getLength());
        }

        @Override
        public void close() {
            socket.close();
        }
    }

    record Unix(UnixDatagramClient client, Path own) implements SessionPeer {
        static Unix connect(Path server) throws IOException {
            Path own = Files.createTempDirectory("peer").resolve("socket");
            return new Unix(UnixDatagramClient.connect(server, own), own);
        }

        @Override
        public void send(byte... bytes) throws IOException {
            client.send(ByteBuffer.wrap(bytes));
        }

        @Override
        public byte[] receive() throws IOException {
            ByteBuffer into = ByteBuffer.allocate(MOST_BYTES);
            return Arrays.copyOf(into.array(), client.receive(into));
        }

        @Override
        public void close() throws IOException {
            client.close();
            Files.deleteIfExists(own);
            Files.deleteIfExists(own.getParent());
        }
    }
}
