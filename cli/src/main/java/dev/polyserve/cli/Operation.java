package dev.polyserve.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// How a server is operated, beside what it serves.
///
/// @param exitIdle ends it when nobody has used it for so long
/// @param user whose rights it takes on once it listens
/// @param pidFile where it writes its process's number
record Operation(Optional<Duration> exitIdle, Optional<String> user, Optional<Path> pidFile) {
    /// Reads the settings.
    static Operation of(Settings settings) {
        Optional<Duration> exitIdle = settings.duration(Setting.EXIT_IDLE);
        if (exitIdle.filter(Duration::isZero).isPresent()) {
            throw ExitException.wrong("bad " + settings.where(Setting.EXIT_IDLE)
                    + ": nobody could use a server that ends after no time at all");
        }
        return new Operation(exitIdle, settings.text(Setting.USER), settings.text(Setting.PID_FILE).map(Path::of));
    }
}
