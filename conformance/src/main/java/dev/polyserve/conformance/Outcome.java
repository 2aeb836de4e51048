package dev.polyserve.conformance;

import dev.polyserve.Cause;
import dev.polyserve.Limit;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/// What a [Rehearsal] showed. Made by the library, which may show more in a later version.
public interface Outcome {
    /// What was sent, one element for each time that bytes were handed to the system.
    List<byte[]> writes();

    /// Whether our side was ended in order, so that the peer saw the end of input.
    boolean outputEnded();

    /// Why the connection ended.
    Cause cause();

    /// What was reported as failed, in order.
    List<Throwable> failures();

    /// The limits that were reached, in order.
    List<Limit> limits();

    /// How much of the script's time passed.
    Duration took();

    /// Bytes of the script that were never read.
    int unheard();

    /// All that was sent.
    default byte[] sent() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        writes().forEach(all::writeBytes);
        return all.toByteArray();
    }

    /// All that was sent, as UTF-8.
    default String text() {
        return new String(sent(), StandardCharsets.UTF_8);
    }

    /// Each write, as UTF-8.
    default List<String> texts() {
        return writes().stream().map(write -> new String(write, StandardCharsets.UTF_8)).toList();
    }
}
