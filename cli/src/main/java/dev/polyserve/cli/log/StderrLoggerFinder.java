package dev.polyserve.cli.log;

import dev.polyserve.text.Printable;
import java.lang.System.Logger;
import java.text.MessageFormat;
import java.util.Locale;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/// Sends every `System.Logger` to the [ConsoleLog] in use, so that `java.util.logging` is never loaded: it would take longer
/// to start than the rest of the program.
public final class StderrLoggerFinder extends System.LoggerFinder {
    private static final String OURS = "dev.polyserve";

    /// Called by the JDK.
    public StderrLoggerFinder() {}

    @Override
    public Logger getLogger(String name, Module module) {
        return new StderrLogger(name, name.startsWith(OURS));
    }

    /// One name's logger.
    ///
    /// @param getName the name
    /// @param ours whether it belongs to this program; of others, the JDK among them, only warnings and errors are shown
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

        /// Most messages say what was thrown; where one does not, it is added, because stacks are shown on demand only.
        private static String complete(String message, @Nullable Throwable thrown) {
            return thrown == null || message.contains(Printable.of(String.valueOf(thrown.getMessage())))
                    ? message
                    : message + ": " + Printable.of(thrown.toString());
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
