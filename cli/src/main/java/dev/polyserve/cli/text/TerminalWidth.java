package dev.polyserve.cli.text;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How wide the terminal is.
public final class TerminalWidth {
    private static final int USUAL_COLUMNS = 80;
    private static final int NARROWEST_COLUMNS = 20;
    private static final Pattern SIZE = Pattern.compile("\\d+ (\\d+)\\s*");

    private TerminalWidth() {}

    /// The columns of the terminal that standard input is; 80 where `stty` cannot tell.
    public static int columns() {
        try {
            Process stty = new ProcessBuilder("stty", "size").redirectInput(ProcessBuilder.Redirect.INHERIT)
                    .redirectError(ProcessBuilder.Redirect.DISCARD).start();
            String size = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            Matcher matcher = SIZE.matcher(size);
            return stty.waitFor(1, TimeUnit.SECONDS) && matcher.matches()
                    ? Math.max(NARROWEST_COLUMNS, Integer.parseInt(matcher.group(1)))
                    : USUAL_COLUMNS;
        } catch (IOException e) {
            return USUAL_COLUMNS; // no stty on this system, and nothing is lost by the usual width
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return USUAL_COLUMNS;
        }
    }
}
