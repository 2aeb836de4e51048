package dev.polyserve.examples;

import dev.polyserve.Server;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// A client of the tests. JUnit's time limit ends a wait that would never end.
final class Client implements AutoCloseable {
    private final SocketChannel channel;

    private Client(SocketChannel channel) {
        this.channel = channel;
    }

    static Client of(Server server) throws IOException {
        return at(server.address());
    }

    static Client at(SocketAddress address) throws IOException {
        return new Client(SocketChannel.open(address));
    }

    SocketAddress address() throws IOException {
        return channel.getLocalAddress();
    }

    Client send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.UTF_8));
    }

    Client send(byte... bytes) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
            channel.write(left);
        }
        return this;
    }

    /// Ends the output, so that the server sees the end of its input.
    Client end() throws IOException {
        channel.shutdownOutput();
        return this;
    }

    /// {@return the next line, the rest before the end, or null at the end}
    @Nullable String line() throws IOException {
        var line = new ByteArrayOutputStream();
        for (int value; (value = readByte()) != '\n';) {
            if (value < 0) {
                return line.size() == 0 ? null : line.toString(StandardCharsets.UTF_8);
            }
            line.write(value);
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    /// {@return whether bytes have arrived that are not read}
    boolean hasInput() throws IOException {
        return channel.socket().getInputStream().available() > 0;
    }

    /// {@return all bytes up to the server's end}
    String rest() throws IOException {
        return new String(bytes(Integer.MAX_VALUE), StandardCharsets.UTF_8);
    }

    /// {@return the given number of bytes, or fewer at the end}
    byte[] bytes(int count) throws IOException {
        var bytes = new ByteArrayOutputStream();
        for (int value; bytes.size() < count && (value = readByte()) >= 0;) {
            bytes.write(value);
        }
        return bytes.toByteArray();
    }

    private int readByte() throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        return channel.read(one) < 0 ? -1 : one.get(0) & 0xff;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
