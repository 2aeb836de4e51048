package dev.polyserve;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Collects the one datagram that answers a [Datagram].
///
/// It is sent after the handler has returned normally, and only if something was written ([#writeEmpty] counts).
public interface DatagramReply {
    /// Appends the buffer's remaining bytes.
    ///
    /// @throws IllegalArgumentException when the reply would be longer than 65,507 bytes, the most that UDP carries
    void write(ByteBuffer bytes);

    /// Appends the array.
    default void write(byte[] bytes) {
        write(ByteBuffer.wrap(bytes));
    }

    /// Appends the text in UTF-8.
    default void print(String text) {
        write(text.getBytes(StandardCharsets.UTF_8));
    }

    /// Requests a reply even when nothing is written: an empty datagram.
    void writeEmpty();
}
