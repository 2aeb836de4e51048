package dev.polyserve.cli.services;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;

/// Recognizes EPIPE, for which the JDK has no exception type, by its text in the language of this process.
///
/// A write to a connection fails with EPIPE when the peer ended its output before it reset or closed the connection: a
/// read still returns its last bytes and its end. Any other failure may have cut the peer's output.
///
/// **Thread**: any.
///
/// @param text the system's text for EPIPE
record BrokenPipe(String text) {
    /// Learns the text from a pipe that has no reader. Call it on a thread that is not interrupted meanwhile.
    static BrokenPipe ofThisProcess() {
        try {
            Pipe pipe = Pipe.open();
            try (Pipe.SinkChannel sink = pipe.sink()) {
                pipe.source().close();
                return new BrokenPipe(failureText(sink));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open a pipe: " + e.getMessage(), e);
        }
    }

    private static String failureText(Pipe.SinkChannel sink) {
        try {
            sink.write(ByteBuffer.allocate(1));
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
        throw new IllegalStateException("a pipe without a reader accepted a byte");
    }

    boolean isCauseOf(IOException failure) {
        return text.equals(failure.getMessage());
    }
}
