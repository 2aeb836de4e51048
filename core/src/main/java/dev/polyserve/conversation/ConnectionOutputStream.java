package dev.polyserve.conversation;

import dev.polyserve.Connection;
import java.io.IOException;
import java.io.OutputStream;

/// The writing side of a connection as an [OutputStream].
final class ConnectionOutputStream extends OutputStream {
    final Connection connection;
    private boolean closed;

    ConnectionOutputStream(Connection connection) {
        this.connection = connection;
    }

    @Override
    public void write(int value) throws IOException {
        connection.writeByte(value);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        connection.write(bytes, offset, length);
    }

    @Override
    public void flush() throws IOException {
        connection.flush();
    }

    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            connection.end();
        }
    }
}
