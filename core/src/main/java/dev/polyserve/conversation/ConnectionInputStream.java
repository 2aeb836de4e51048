package dev.polyserve.conversation;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// The reading side of a connection as an [InputStream].
final class ConnectionInputStream extends InputStream {
    private final WaitingConversation connection;

    ConnectionInputStream(WaitingConversation connection) {
        this.connection = connection;
    }

    @Override
    public int read() throws IOException {
        return connection.readByte();
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int count = connection.read(into, offset, length);
        while (count == 0 && length > 0) { // a datagram without bytes
            count = connection.read(into, offset, length);
        }
        return count;
    }

    /// To the stream of a connection, this one or another, without the buffer that would otherwise be kept during each
    /// wait.
    @Override
    public long transferTo(OutputStream out) throws IOException {
        return out instanceof ConnectionOutputStream other
                ? connection.transferTo(other.connection)
                : super.transferTo(out);
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
