package dev.polyserve.cli;

import dev.polyserve.cli.operation.SocketFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// How a server is operated, beside what it serves.
///
/// @param exitIdle ends it when nobody has used it for so long
/// @param user whose rights it takes on once it listens
/// @param files whose the files of Unix sockets are
/// @param pidFile where it writes its process's number
/// @param control where it is asked and told from outside
/// @param restartTimeout how long a new program may take to serve in its place
record OperatingOptions(Optional<Duration> exitIdle, Optional<String> user, SocketFiles files, Optional<Path> pidFile,
        Optional<Path> control,
        Duration restartTimeout) {
    private static final Duration DEFAULT_RESTART = Duration.ofSeconds(30);

    /// Reads the settings.
    static OperatingOptions of(Settings settings) {
        Optional<Duration> exitIdle = settings.duration(Setting.EXIT_IDLE);
        if (exitIdle.filter(Duration::isZero).isPresent()) {
            throw ExitException.wrong("bad " + settings.where(Setting.EXIT_IDLE)
                    + ": nobody could use a server that ends after no time at all");
        }
        return new OperatingOptions(exitIdle, settings.text(Setting.USER),
                settings.read(Setting.UNIX_MODE, SocketFiles::of).orElse(SocketFiles.AS_THEY_ARE),
                settings.text(Setting.PID_FILE).map(Path::of),
                settings.text(Setting.CONTROL).map(Path::of),
                settings.duration(Setting.RESTART_TIMEOUT).orElse(DEFAULT_RESTART));
    }
}
