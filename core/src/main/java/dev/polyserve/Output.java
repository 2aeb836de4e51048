package dev.polyserve;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Collects the bytes to send to the peer of a connection, in every style.
///
/// Writes are collected and sent together: at the end of a [Protocol]'s turn, when a [Handler] next reads, flushes or
/// returns, or when a [MessageHandler] has handled the messages that have arrived, or flushes. So a turn costs one
/// system call, however many pieces it wrote.
///
/// **Thread**: only the turn that it was passed to; other threads use [#sender].
public interface Output {
    /// The connection's identity, addresses and counters.
    ConnectionInfo info();

    /// Appends `length` bytes of the array, from `offset`.
    ///
    /// @throws IOException when the connection is over ([ConnectionException] carries the reason)
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

    /// Sends the collected output now, waiting while the peer does not read it. In a [Protocol], which must not wait, it
    /// has no effect: the output is sent at the end of the turn.
    default void flush() throws IOException {}

    /// Bytes written and not yet accepted by the kernel.
    long pendingBytes();

    /// Whether the output was ended or the connection closed, so that nothing more can be written.
    boolean ended();

    /// Ends the output once everything is sent: the peer then reads the end, and may continue to send.
    void end() throws IOException;

    /// Ends the connection once everything is sent. A second call has no effect.
    void close() throws IOException;

    /// Aborts the connection for this reason, from inside its turn. Unsent bytes are lost, and a TCP peer gets a reset
    /// (RFC 9293, 3.10.7.4) instead of an end, so that a truncated answer does not look complete. Unix sockets have no
    /// reset: there the peer reads the end. The first reason stays; from now on reads and writes throw
    /// [ConnectionException].
    void reset(Cause why);

    /// Whether the server is draining: the conversation may then end between two requests, or within an endless answer.
    boolean draining();

    /// The connection's [Sender] for other threads; always the same one.
    Sender sender();

    /// The value kept under the attribute, or null.
    <T> @Nullable T get(Attribute<T> attribute);

    /// Keeps a value with this connection; null removes it.
    <T> void set(Attribute<T> attribute, @Nullable T value);
}
