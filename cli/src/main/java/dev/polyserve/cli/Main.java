package dev.polyserve.cli;

import java.io.InputStream;
import java.io.PrintStream;

/// The program.
public final class Main {
    private Main() {}

    /// Runs and ends the process: 0 done or drained, 1 it failed while running, 2 the command line was wrong.
    public static void main(String[] args) {
        System.exit(run(args, System.in, System.out, System.err));
    }

    /// Runs on these streams and returns the exit status. Interrupting the calling thread ends `serve` as a TERM signal does.
    public static int run(String[] args, InputStream in, PrintStream out, PrintStream err) {
        return new Commands(new Stdio(in, out, err)).run(args);
    }
}
