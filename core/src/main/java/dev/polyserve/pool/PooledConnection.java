package dev.polyserve.pool;

import dev.polyserve.Attribute;
import dev.polyserve.Cause;
import dev.polyserve.Client;
import dev.polyserve.Codec;
import dev.polyserve.Connection;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Sender;
import dev.polyserve.spi.ConnectionOwner;
import dev.polyserve.spi.PoolableConnection;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A connection that a handler has taken from a [ConnectionPool], until it gives it back.
///
/// ```
///   acquired ─▶ write, read … ─▶ release ─▶ idle in the pool     if the exchange was whole
///                   └─ close, abandon, the end of the handler ─▶ over
/// ```
///
/// It is closed instead of given back when something of an exchange is left: bytes not read or not sent, an output after the last
/// read, a read that failed, an end of either side, or a [#sender]. What the library cannot see is an answer that has not
/// arrived yet: only a handler that has read all answers releases the connection.
///
/// Attributes stay with the connection, for what its server keeps of it, such as prepared statements.
///
/// **Thread**: as [Connection]. After [#release] every call throws [IllegalStateException].
public final class PooledConnection implements Connection {
    private final ConnectionPool pool;
    private final PoolEntry entry;
    private final ConnectionOwner owner;
    /// Null once it was given back.
    private @Nullable PoolableConnection connection;
    /// Whether all that was written was followed by a read, and no read has failed.
    private boolean answered = true;
    /// Whether a stream, whose reads are not seen here, was asked for.
    private boolean hasStream;

    PooledConnection(ConnectionPool pool, PoolEntry entry, ConnectionOwner owner) {
        this.pool = pool;
        this.entry = entry;
        this.owner = owner;
        this.connection = entry.connection;
    }

    /// Gives it back after a whole exchange, for the next call. It has no effect after [#close] and [#release].
    public void release() {
        end(answered && !hasStream);
    }

    /// Closes it within an exchange: the server gets a reset. It has no effect after [#close] and [#release].
    public void abandon() {
        end(false);
    }

    private void end(boolean whole) {
        if (connection != null) {
            connection = null;
            pool.release(entry, owner, whole);
        }
    }

    /// Closes it, as a connection that is in no pool; it has no effect after [#release].
    @Override
    public void close() throws IOException {
        PoolableConnection open = connection;
        if (open != null) {
            connection = null;
            open.close();
        }
    }

    private PoolableConnection open() {
        PoolableConnection open = connection;
        if (open == null) {
            throw new IllegalStateException("the connection was given back to its pool, or closed: take another one");
        }
        return open;
    }

    /// For what leaves the exchange open, or is a read that has not succeeded yet.
    private PoolableConnection exchanging() {
        answered = false;
        return open();
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int count = exchanging().read(into, offset, length);
        answered = true;
        return count;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        int count = exchanging().read(into);
        answered = true;
        return count;
    }

    @Override
    public int readByte() throws IOException {
        int value = exchanging().readByte();
        answered = true;
        return value;
    }

    @Override
    public @Nullable String readLine() throws IOException {
        String line = exchanging().readLine();
        answered = true;
        return line;
    }

    @Override
    public @Nullable String readText() throws IOException {
        String text = exchanging().readText();
        answered = true;
        return text;
    }

    @Override
    public byte[] readExactly(int length) throws IOException {
        byte[] bytes = exchanging().readExactly(length);
        answered = true;
        return bytes;
    }

    @Override
    public byte @Nullable [] readUntil(byte... delimiter) throws IOException {
        byte[] bytes = exchanging().readUntil(delimiter);
        answered = true;
        return bytes;
    }

    @Override
    public <T> @Nullable T read(Codec<T> codec) throws IOException {
        T message = exchanging().read(codec);
        answered = true;
        return message;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        exchanging().write(bytes, offset, length);
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        exchanging().write(bytes);
    }

    @Override
    public void writeByte(int value) throws IOException {
        exchanging().writeByte(value);
    }

    @Override
    public void flush() throws IOException {
        open().flush();
    }

    /// A pooled connection is closed, rather than given back, when its output was ended.
    @Override
    public void end() throws IOException {
        open().end();
    }

    @Override
    public void reset(Cause why) {
        open().reset(why);
    }

    @Override
    public void startTls() throws IOException {
        open().startTls();
    }

    @Override
    public Connection connect(Client to) throws IOException {
        return open().connect(to);
    }

    @Override
    public void readTimeout(@Nullable Duration atMost) {
        open().readTimeout(atMost);
    }

    /// Limits the rest of its use, until it is given back.
    @Override
    public void deadline(Duration fromNow) {
        open().deadline(fromNow);
    }

    @Override
    public boolean peerGone() {
        return open().peerGone();
    }

    @Override
    public int available() {
        return open().available();
    }

    /// As of a connection. What is read by it is not seen by the pool: a connection whose stream was used is closed in the end.
    @Override
    public InputStream inputStream() {
        hasStream = true;
        return open().inputStream();
    }

    /// As [#inputStream].
    @Override
    public OutputStream outputStream() {
        hasStream = true;
        return open().outputStream();
    }

    @Override
    public ConnectionInfo info() {
        return open().info();
    }

    @Override
    public long pendingBytes() {
        return open().pendingBytes();
    }

    @Override
    public boolean ended() {
        return open().ended();
    }

    @Override
    public boolean draining() {
        return open().draining();
    }

    @Override
    public Sender sender() {
        return open().sender();
    }

    @Override
    public <T> @Nullable T get(Attribute<T> attribute) {
        return open().get(attribute);
    }

    @Override
    public <T> void set(Attribute<T> attribute, @Nullable T value) {
        open().set(attribute, value);
    }
}
