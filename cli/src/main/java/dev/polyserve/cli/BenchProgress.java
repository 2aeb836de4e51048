package dev.polyserve.cli;

import dev.polyserve.bench.BenchListener;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/// Shows on standard error how a benchmark gets on: one line that changes on a terminal, else a line for each step.
///
/// **Thread**: the benchmark's.
final class BenchProgress implements BenchListener, AutoCloseable {
    private static final String BACK_AND_CLEAR = "\r\u001b[K";
    private static final int WIDTH_COLUMNS = 100;

    private final PrintStream err;
    private final boolean terminal;

    BenchProgress(PrintStream err, boolean terminal) {
        this.err = err;
        this.terminal = terminal;
    }

    @Override
    public void begins(String what, Duration left) {
        String line = what
                + String.format(Locale.ROOT, " (about %d:%02d left)", left.toMinutes(), left.toSecondsPart());
        if (terminal) {
            err.print(BACK_AND_CLEAR + line.substring(0, Math.min(line.length(), WIDTH_COLUMNS)));
            err.flush();
        } else {
            err.println(line);
        }
    }

    @Override
    public void note(String sentence) {
        close();
        err.println(sentence);
    }

    /// Leaves an empty line for what comes.
    @Override
    public void close() {
        if (terminal) {
            err.print(BACK_AND_CLEAR);
            err.flush();
        }
    }
}
