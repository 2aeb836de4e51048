package dev.polyserve.conformance;

import dev.polyserve.Cause;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// What became of one connection of a [Rehearsal]. Only the library implements it; later versions may add methods.
public interface RehearsedConnection {
    /// The bytes sent to the peer, one element for each write.
    List<byte[]> writes();

    /// Whether the output was ended in order, so that the peer saw the end of its input.
    boolean outputEnded();

    /// The cause of the end of the connection.
    Cause cause();

    /// The number of bytes of the peer's script that were never read.
    int unread();

    /// All bytes sent.
    default byte[] sent() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        writes().forEach(all::writeBytes);
        return all.toByteArray();
    }

    /// All bytes sent, as UTF-8 text.
    default String text() {
        return new String(sent(), StandardCharsets.UTF_8);
    }

    /// Each write, as UTF-8 text.
    default List<String> texts() {
        return writes().stream().map(write -> new String(write, StandardCharsets.UTF_8)).toList();
    }
}
