package dev.polyserve.cli;

import dev.polyserve.linux.process.ExitDeadline;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/// The entry point of the program.
public final class Main {
    private static final long HOOKS_NANOS = TimeUnit.SECONDS.toNanos(5);
    /// Made in advance, because it is written without memory.
    private static final byte[] NO_MEMORY = ("polyserve: the heap is full, so this process ends; a larger one is set by"
            + " -Xmx, as in POLYSERVE_JAVA_OPTS=-Xmx1g\n").getBytes(StandardCharsets.US_ASCII);

    private Main() {}

    /// Runs a command and ends the process with status 0 (done or drained), 1 (failed while running) or 2 (wrong
    /// command line).
    public static void main(String[] args) {
        int status;
        try {
            status = run(args, System.in, withUnicode(System.out), withUnicode(System.err));
            // Shutdown hooks of a user's handler may hang.
            ExitDeadline.start().within(HOOKS_NANOS);
        } catch (OutOfMemoryError e) {
            sayWithoutMemory();
            Runtime.getRuntime().halt(1);
            return;
        }
        System.exit(status);
    }

    private static void sayWithoutMemory() {
        try {
            System.err.write(NO_MEMORY, 0, NO_MEMORY.length);
            System.err.flush();
        } catch (OutOfMemoryError e) {
            return; // the status says that it failed
        }
    }

    /// Returns the stream, or without a locale a UTF-8 stream: the JDK's would replace each character beyond ASCII by a
    /// question mark.
    private static PrintStream withUnicode(PrintStream stream) {
        return stream.charset().equals(StandardCharsets.US_ASCII)
                ? new PrintStream(stream, true, StandardCharsets.UTF_8)
                : stream;
    }

    /// Runs a command on these streams and returns the exit status. Interrupting the calling thread ends `serve` as
    /// TERM does.
    public static int run(String[] args, InputStream in, PrintStream out, PrintStream err) {
        return new CommandTree(new StandardStreams(in, out, err)).run(args);
    }
}
