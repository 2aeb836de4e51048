package dev.polyserve.cli.log;

import dev.polyserve.cli.text.Json;
import dev.polyserve.cli.text.LineWriter;
import dev.polyserve.text.Printable;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.System.Logger.Level;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The log on standard error: one line per event, as text or as JSON.
///
/// What it says can be changed while it runs. Lines that standard error does not take are dropped and counted.
///
/// **Thread**: any.
public final class ConsoleLog implements AutoCloseable {
    private static final int LINES_WAITING = 4096;

    /// Where loggers of [StderrLoggerFinder] write: standard error until a command says otherwise.
    private static volatile ConsoleLog installed = new ConsoleLog(System.err, false);

    private final LineWriter lines;
    private final boolean debug;
    private volatile Format format = Format.TEXT;
    private volatile boolean quiet;
    private volatile boolean mute;

    /// How a line looks.
    public enum Format {
        /// For people.
        TEXT,
        /// One object a line, for programs.
        JSON
    }

    /// Writes to `err`.
    ///
    /// @param debug whether stack traces and debug messages are shown
    public ConsoleLog(PrintStream err, boolean debug) {
        this.lines = new LineWriter(err, "polyserve-log", LINES_WAITING, this::whatIsLost);
        this.debug = debug;
    }

    /// The log in use.
    public static ConsoleLog installed() {
        return installed;
    }

    /// Makes this the log in use.
    public void install() {
        installed = this;
    }

    /// Changes how lines look and whether only warnings and errors are shown.
    public void configure(Format how, boolean onlyWarnings) {
        format = how;
        quiet = onlyWarnings;
    }

    /// Starts the thread that writes the log, which otherwise starts with the first line: it has what its creator has, such as
    /// blocked signals.
    public void start() {
        lines.start();
    }

    /// Says nothing any more: standard error is somebody else's.
    public void mute() {
        mute = true;
    }

    /// Whether a message of this level is shown.
    public boolean shows(Level level) {
        if (mute) {
            return false;
        }
        Level least = quiet ? Level.WARNING : debug ? Level.DEBUG : Level.INFO;
        return level.getSeverity() >= least.getSeverity();
    }

    /// Says something about the course of things.
    ///
    /// @param fields names and values by turns, which only the JSON form adds to the message
    public void info(String message, Object... fields) {
        log(Level.INFO, message, null, fields);
    }

    /// Says that something went wrong and the program goes on.
    ///
    /// @param thrown its stack trace is shown with `--debug` only
    public void warn(String message, @Nullable Throwable thrown, Object... fields) {
        log(Level.WARNING, message, thrown, fields);
    }

    /// Says something if its level is shown.
    public void log(Level level, String message, @Nullable Throwable thrown, Object... fields) {
        if (shows(level)) {
            lines.offer(line(level, message, debug ? thrown : null, fields));
        }
    }

    /// Says something that was asked for, whatever the level shown.
    public void answer(String message, Object... fields) {
        if (!mute) {
            lines.offer(line(Level.INFO, message, null, fields));
        }
    }

    /// Writes what was said, for a second at most.
    @Override
    public void close() {
        lines.close();
    }

    private String line(Level level, String message, @Nullable Throwable thrown, Object... fields) {
        return switch (format) {
            case TEXT -> textLine(level, message, thrown);
            case JSON -> jsonLine(level, message, thrown, fields);
        };
    }

    private static String textLine(Level level, String message, @Nullable Throwable thrown) {
        StringBuilder line = now(new StringBuilder(128)).append(' ').append(label(level));
        line.append(indented(message));
        return thrown == null ? line.toString() : line.append('\n').append(printable(stack(thrown), "\n")).toString();
    }

    /// Further lines are indented: one that a stranger's text brought must not look like a line of the log.
    private static String indented(String message) {
        return message.indexOf('\n') < 0 ? Printable.of(message) : printable(message, "\n    ");
    }

    private static String printable(String text, String lineEnding) {
        return text.lines().map(Printable::of).collect(Collectors.joining(lineEnding));
    }

    private static String jsonLine(Level level, String message, @Nullable Throwable thrown, Object... fields) {
        Json line = new Json().put("time", now(new StringBuilder(24))).put("level", label(level).strip())
                .put("message", message);
        for (int i = 0; i < fields.length; i += 2) {
            line.put(fields[i].toString(), fields[i + 1]);
        }
        if (thrown != null) {
            line.put("stack", stack(thrown));
        }
        return line.toString();
    }

    private String whatIsLost(long count) {
        return line(Level.WARNING, count + " log lines were dropped because standard error did not take them", null,
                "dropped", count);
    }

    /// As wide as the widest, so that messages start in one column.
    private static String label(Level level) {
        return switch (level) {
            case ERROR -> "ERROR ";
            case WARNING -> "WARN  ";
            case INFO -> "INFO  ";
            case DEBUG -> "DEBUG ";
            case TRACE, ALL, OFF -> "TRACE ";
        };
    }

    private static String stack(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString().stripTrailing();
    }

    /// By hand, because the JDK's formatters would cost the first line 20 ms.
    private static StringBuilder now(StringBuilder into) {
        long millis = System.currentTimeMillis();
        LocalDateTime utc = LocalDateTime.ofEpochSecond(Math.floorDiv(millis, 1000), 0, ZoneOffset.UTC);
        digits(into, utc.getYear(), 1000).append('-');
        digits(into, utc.getMonthValue(), 10).append('-');
        digits(into, utc.getDayOfMonth(), 10).append('T');
        digits(into, utc.getHour(), 10).append(':');
        digits(into, utc.getMinute(), 10).append(':');
        digits(into, utc.getSecond(), 10).append('.');
        return digits(into, (int) Math.floorMod(millis, 1000L), 100).append('Z');
    }

    private static StringBuilder digits(StringBuilder into, int value, int highest) {
        for (int place = highest; place > 0; place /= 10) {
            into.append((char) ('0' + value / place % 10));
        }
        return into;
    }
}
