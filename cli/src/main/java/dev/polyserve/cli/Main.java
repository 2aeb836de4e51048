package dev.polyserve.cli;

import dev.polyserve.linux.process.ExitDeadline;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/// The program.
public final class Main {
    private static final long HOOKS_NANOS = TimeUnit.SECONDS.toNanos(5);

    private Main() {}

    /// Runs and ends the process: 0 done or drained, 1 it failed while running, 2 the command line was wrong.
    public static void main(String[] args) {
        int status;
        try {
            status = run(args, System.in, withAllLetters(System.out), withAllLetters(System.err));
            // Shutdown hooks of a user's handler may hang.
            ExitDeadline.start().within(HOOKS_NANOS);
        } catch (OutOfMemoryError e) {
            Runtime.getRuntime().halt(1);
            return;
        }
        System.exit(status);
    }

    /// The stream as it is, but in UTF-8 without a locale, where the JDK would write a question mark for each letter beyond ASCII.
    private static PrintStream withAllLetters(PrintStream stream) {
        return stream.charset().equals(StandardCharsets.US_ASCII)
                ? new PrintStream(stream, true, StandardCharsets.UTF_8)
                : stream;
    }

    /// Runs on these streams and returns the exit status. Interrupting the calling thread ends `serve` as a TERM signal does.
    public static int run(String[] args, InputStream in, PrintStream out, PrintStream err) {
        return new Commands(new Stdio(in, out, err)).run(args);
    }
}
