package dev.polyserve.conformance;

import dev.polyserve.Cause;
import dev.polyserve.Limit;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/// The outcome of a [Rehearsal]. Only the library implements it; later versions may add methods.
public interface RehearsalResult {
    /// The bytes sent, one element for each write.
    List<byte[]> writes();

    /// Whether the output was ended in order, so that the peer saw the end of its input.
    boolean outputEnded();

    /// The cause of the end of the connection.
    Cause cause();

    /// The failures reported, in order.
    List<Throwable> failures();

    /// The limits that were reached, in order.
    List<Limit> limits();

    /// The virtual time that passed.
    Duration took();

    /// The number of bytes of the script that were never read.
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
