package dev.polyserve.cli.text;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Determines the width of the terminal.
public final class TerminalWidth {
    private static final int DEFAULT_COLUMNS = 80;
    private static final int NARROWEST_COLUMNS = 20;
    private static final Pattern SIZE = Pattern.compile("\\d+ (\\d+)\\s*");

    private TerminalWidth() {}

    /// The number of columns of the terminal on standard input; 80 where `stty` does not report it.
    public static int columns() {
        try {
            Process stty = new ProcessBuilder("stty", "size").redirectInput(ProcessBuilder.Redirect.INHERIT)
                    .redirectError(ProcessBuilder.Redirect.DISCARD).start();
            String size = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            Matcher matcher = SIZE.matcher(size);
            return stty.waitFor(1, TimeUnit.SECONDS) && matcher.matches()
                    ? Math.max(NARROWEST_COLUMNS, Integer.parseInt(matcher.group(1)))
                    : DEFAULT_COLUMNS;
        } catch (IOException e) {
            return DEFAULT_COLUMNS; // no stty on this system
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return DEFAULT_COLUMNS;
        }
    }
}
