package dev.polyserve.cli.log;

import dev.polyserve.text.PrintableText;
import java.lang.System.Logger;
import java.text.MessageFormat;
import java.util.Locale;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/// Routes every `System.Logger` to the installed [ConsoleLog], so that `java.util.logging` is never loaded: its start
/// would take longer than the rest of the program.
public final class StderrLoggerFinder extends System.LoggerFinder {
    private static final String OURS = "dev.polyserve";

    /// Called by the JDK.
    public StderrLoggerFinder() {}

    @Override
    public Logger getLogger(String name, Module module) {
        return new StderrLogger(name, name.startsWith(OURS));
    }

    /// A named logger.
    ///
    /// @param getName the name
    /// @param ours true for a logger of this program; other loggers, including the JDK's, write only warnings and
    ///         errors
    private record StderrLogger(String getName, boolean ours) implements Logger {

        @Override
        public boolean isLoggable(Level level) {
            boolean wanted = ours || level.getSeverity() >= Level.WARNING.getSeverity();
            return wanted && level != Level.OFF && ConsoleLog.installed().shows(level);
        }

        @Override
        public void log(Level level, @Nullable ResourceBundle bundle, @Nullable String message,
                @Nullable Throwable thrown) {
            if (isLoggable(level)) {
                ConsoleLog.installed().log(level, complete(message == null ? "" : message, thrown), thrown,
                        "logger", getName);
            }
        }

        /// Appends the exception unless the message contains it, because stack traces are written with `--debug` only.
        private static String complete(String message, @Nullable Throwable thrown) {
            return thrown == null || message.contains(PrintableText.of(String.valueOf(thrown.getMessage())))
                    ? message
                    : message + ": " + PrintableText.of(thrown.toString());
        }

        @Override
        public void log(Level level, @Nullable ResourceBundle bundle, @Nullable String format,
                @Nullable Object @Nullable... parameters) {
            if (isLoggable(level)) {
                boolean plain = format == null || parameters == null || parameters.length == 0;
                log(level, bundle, plain ? format : new MessageFormat(format, Locale.ROOT).format(parameters),
                        (Throwable) null);
            }
        }
    }
}
