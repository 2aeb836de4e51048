package dev.polyserve.cli;

import dev.polyserve.bench.BenchProgressListener;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/// Prints the progress of a benchmark on standard error: one line that is overwritten on a terminal, otherwise one line
/// per step.
///
/// **Thread**: the benchmark's.
final class BenchProgressPrinter implements BenchProgressListener, AutoCloseable {
    private static final String BACK_AND_CLEAR = "\r\u001b[K";
    private static final int WIDTH_COLUMNS = 100;

    private final PrintStream err;
    private final boolean terminal;

    BenchProgressPrinter(PrintStream err, boolean terminal) {
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

    /// Clears the line for the output that follows.
    @Override
    public void close() {
        if (terminal) {
            err.print(BACK_AND_CLEAR);
            err.flush();
        }
    }
}
