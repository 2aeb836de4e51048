package dev.polyserve.cli.top;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;

/// Shows a running server until it ends.
///
/// **Thread**: the caller's.
public final class Top {
    private final TopSource source;
    private final Duration interval;

    /// @param control the control socket of the server
    /// @param interval the time between two looks
    public Top(Path control, Duration interval) {
        this.source = new TopSource(control);
        this.interval = interval;
    }

    /// Prints one line at each look.
    ///
    /// @param most the number of lines; 0: until the server ends
    /// @throws IOException when the server cannot be reached at first, with the reason
    public void print(PrintStream out, int most) throws IOException, InterruptedException {
        print(out, source.sample());
        for (int printed = 1; most == 0 || printed < most; printed++) {
            Thread.sleep(interval);
            try {
                print(out, source.sample());
            } catch (IOException e) {
                out.println("the server has ended");
                out.flush();
                return;
            }
        }
    }

    private static void print(PrintStream out, TopSample sample) {
        out.println(LocalTime.now().truncatedTo(ChronoUnit.SECONDS) + " " + TopLines.plain(sample));
        out.flush();
    }

    /// Shows it on the terminal until `q` is pressed or the server ends.
    ///
    /// @throws IOException when the server cannot be reached at first, with the reason
    public void show() throws IOException {
        TopSample first = source.sample();
        new TopScreen(source, interval).run(first);
    }
}
