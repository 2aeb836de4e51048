package dev.polyserve.conversation;

import dev.polyserve.Connection;
import java.io.IOException;
import java.io.InputStream;

/// The reading side of a connection as an [InputStream].
final class ConnectionInputStream extends InputStream {
    private final Connection connection;

    ConnectionInputStream(Connection connection) {
        this.connection = connection;
    }

    @Override
    public int read() throws IOException {
        return connection.readByte();
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        return connection.read(into, offset, length);
    }

    @Override
    public int available() {
        return connection.available();
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
