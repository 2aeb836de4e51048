package dev.polyserve.cli.log;

import dev.polyserve.text.JsonObjectWriter;
import dev.polyserve.cli.text.AsyncLineWriter;
import dev.polyserve.text.PrintableText;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.System.Logger.Level;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The log on standard error: one line per event, as text or JSON.
///
/// Format and level can change at run time. When standard error is blocked, lines are dropped and counted.
///
/// **Thread**: any.
public final class ConsoleLog implements AutoCloseable {
    private static final int QUEUE_LINES = 4096;

    /// The log that the loggers of [StderrLoggerFinder] use: standard error until a command installs its own.
    private static volatile ConsoleLog installed = new ConsoleLog(System.err, false);

    private final AsyncLineWriter lines;
    private final boolean debug;
    private volatile Format format = Format.TEXT;
    private volatile boolean quiet;
    private volatile boolean mute;

    public enum Format {
        /// Text for people.
        TEXT,
        /// One JSON object per line, for programs.
        JSON
    }

    /// Creates a log that writes to `err`.
    ///
    /// @param debug true to include stack traces and debug messages
    public ConsoleLog(PrintStream err, boolean debug) {
        this.lines = new AsyncLineWriter(err, "polyserve-log", QUEUE_LINES, this::lostMessage);
        this.debug = debug;
    }

    public static ConsoleLog installed() {
        return installed;
    }

    public void install() {
        installed = this;
    }

    /// Sets the format, and whether only warnings and errors are written.
    public void configure(Format how, boolean onlyWarnings) {
        format = how;
        quiet = onlyWarnings;
    }

    /// Starts the writer thread, which otherwise starts with the first line. The thread inherits the properties of its
    /// creator, such as blocked signals.
    public void start() {
        lines.start();
    }

    /// Discards all further lines: standard error belongs to a client.
    public void mute() {
        mute = true;
    }

    /// True when messages of this level are written.
    public boolean shows(Level level) {
        if (mute) {
            return false;
        }
        Level least = quiet ? Level.WARNING : debug ? Level.DEBUG : Level.INFO;
        return level.getSeverity() >= least.getSeverity();
    }

    /// Logs a regular event.
    ///
    /// @param fields alternating names and values, which only the JSON format adds to the message
    public void info(String message, Object... fields) {
        log(Level.INFO, message, null, fields);
    }

    /// Logs a failure after which the program continues.
    ///
    /// @param thrown its stack trace is written with `--debug` only
    public void warn(String message, @Nullable Throwable thrown, Object... fields) {
        log(Level.WARNING, message, thrown, fields);
    }

    /// Logs a message if its level is enabled.
    public void log(Level level, String message, @Nullable Throwable thrown, Object... fields) {
        if (shows(level)) {
            lines.offer(line(level, message, debug ? thrown : null, fields));
        }
    }

    /// Logs the reply to a request, whatever the level.
    public void answer(String message, Object... fields) {
        if (!mute) {
            lines.offer(line(Level.INFO, message, null, fields));
        }
    }

    /// Writes the pending lines, for a second at most.
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

    /// Indents continuation lines, so that text from a client cannot imitate a log line.
    private static String indented(String message) {
        return message.indexOf('\n') < 0 ? PrintableText.of(message) : printable(message, "\n    ");
    }

    private static String printable(String text, String lineEnding) {
        return text.lines().map(PrintableText::of).collect(Collectors.joining(lineEnding));
    }

    private static String jsonLine(Level level, String message, @Nullable Throwable thrown, Object... fields) {
        JsonObjectWriter line = new JsonObjectWriter().put("time", now(new StringBuilder(24)))
                .put("level", label(level).strip())
                .put("message", message);
        for (int i = 0; i < fields.length; i += 2) {
            line.put(fields[i].toString(), fields[i + 1]);
        }
        if (thrown != null) {
            line.put("stack", stack(thrown));
        }
        return line.toString();
    }

    private String lostMessage(long count) {
        return line(Level.WARNING, count + " log lines were dropped because standard error was blocked", null,
                "dropped", count);
    }

    /// Padded to the longest label, so that messages align.
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

    /// Formatted by hand, because the JDK's formatters would delay the first line by 20 ms.
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
