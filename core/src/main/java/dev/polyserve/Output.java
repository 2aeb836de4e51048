package dev.polyserve;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The writing side of a connection, in both styles.
///
/// Writes are collected and go out together: at the end of a [Protocol]'s turn, or when a [Handler] next reads, flushes or
/// returns. So a turn costs one write however many pieces it wrote.
///
/// **Thread**: only the turn that it was handed to; for others there is [#sender].
public interface Output {
    /// Who and where.
    ConnectionInfo info();

    /// Appends `length` bytes of the array, from `offset`.
    ///
    /// @throws IOException when the connection is over ([ConnectionException] tells why)
    void write(byte[] bytes, int offset, int length) throws IOException;

    /// Appends the whole array.
    default void write(byte[] bytes) throws IOException {
        write(bytes, 0, bytes.length);
    }

    /// Appends the buffer's remaining bytes.
    void write(ByteBuffer bytes) throws IOException;

    /// Appends one byte, the low eight bits of `value`.
    void writeByte(int value) throws IOException;

    /// Appends the text in UTF-8.
    default void print(String text) throws IOException {
        write(text.getBytes(StandardCharsets.UTF_8));
    }

    /// Appends the text in UTF-8 and a line feed.
    default void writeLine(String text) throws IOException {
        print(text);
        writeByte('\n');
    }

    /// Appends one message as the codec frames it.
    default <T> void write(Codec<T> codec, T message) throws IOException {
        codec.encode(message, this);
    }

    /// Bytes written and not yet taken by the system.
    long pendingBytes();

    /// Whether our side was ended or closed, so that nothing more can be written.
    boolean ended();

    /// Ends the output once everything is sent: the peer then sees the end, and may go on sending.
    void end() throws IOException;

    /// Ends the connection once everything is sent. Twice is harmless.
    void close() throws IOException;

    /// Gives the connection up for this reason, from inside its turn: what was not sent yet is lost, and a TCP peer sees a reset
    /// (RFC 9293, 3.10.7.4) instead of an end, so that an answer which was cut does not look whole. Unix sockets have no reset:
    /// there the peer sees the end. The first reason stays; from now on reads and writes throw [ConnectionException].
    void reset(Cause why);

    /// Whether the server is draining: between two requests, or in an answer without end, the conversation may now end.
    boolean draining();

    /// What other threads may use to send to this connection; always the same one.
    Sender sender();

    /// The value kept under the attribute, or null.
    <T> @Nullable T get(Attribute<T> attribute);

    /// Keeps a value with this connection; null removes it.
    <T> void set(Attribute<T> attribute, @Nullable T value);
}
