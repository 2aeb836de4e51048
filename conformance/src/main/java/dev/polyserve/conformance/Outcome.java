package dev.polyserve.conformance;

import dev.polyserve.Cause;
import dev.polyserve.Limit;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/// What a [Rehearsal] showed.
///
/// @param writes what was sent, one element for each time that bytes were handed to the system
/// @param outputEnded whether our side was ended in order, so that the peer saw the end of input
/// @param cause why the connection ended
/// @param failures what was reported as failed, in order
/// @param limits the limits that were reached, in order
/// @param took how much of the script's time passed
/// @param unheard bytes of the script that were never read
public record Outcome(List<byte[]> writes, boolean outputEnded, Cause cause, List<Throwable> failures,
        List<Limit> limits, Duration took, int unheard) {
    /// Keeps its own copies of the lists.
    public Outcome {
        writes = List.copyOf(writes);
        failures = List.copyOf(failures);
        limits = List.copyOf(limits);
    }

    /// All that was sent.
    public byte[] sent() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        writes.forEach(all::writeBytes);
        return all.toByteArray();
    }

    /// All that was sent, as UTF-8.
    public String text() {
        return new String(sent(), StandardCharsets.UTF_8);
    }

    /// Each write, as UTF-8.
    public List<String> texts() {
        return writes.stream().map(write -> new String(write, StandardCharsets.UTF_8)).toList();
    }
}
