package dev.polyserve.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import org.jspecify.annotations.Nullable;

/// Recognizes EPIPE, for which the JDK has no exception type, by its text in the language of this process.
///
/// **Thread**: any.
final class BrokenPipeDetector {
    /// Null until it is learned.
    private static volatile @Nullable String text;

    private BrokenPipeDetector() {}

    /// Whether this failure of a write is EPIPE. While no pipe can be opened to learn the text from, it is taken for another one.
    static boolean isCauseOf(IOException failure) {
        String known = text;
        // An interrupt would close the pipe.
        if (known == null && !Thread.currentThread().isInterrupted()) {
            known = learn();
            text = known;
        }
        return known != null && known.equals(failure.getMessage());
    }

    /// Learns the text from a pipe that has no reader.
    private static @Nullable String learn() {
        try {
            Pipe pipe = Pipe.open();
            try (Pipe.SinkChannel sink = pipe.sink()) {
                pipe.source().close();
                return failureText(sink);
            }
        } catch (IOException e) {
            return null; // no descriptor is left
        }
    }

    private static @Nullable String failureText(Pipe.SinkChannel sink) {
        try {
            int _ = sink.write(ByteBuffer.allocate(1));
            return null;
        } catch (IOException e) {
            return e.getMessage();
        }
    }
}
