package dev.polyserve.cli;

import dev.polyserve.cli.operation.SocketFileMode;
import dev.polyserve.file.FileNameEncoding;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// The options that control how a server is operated.
///
/// @param exitIdle the server ends after being idle for this long
/// @param user the user that the process becomes once it listens
/// @param files the permissions of the files of Unix sockets
/// @param pidFile the file for the process id
/// @param control the path of the control socket
/// @param admin the admin endpoint
/// @param restartTimeout the time within which a new program must be ready during a restart
record OperatingOptions(Optional<Duration> exitIdle, Optional<String> user, SocketFileMode files,
        Optional<Path> pidFile,
        Optional<Path> control,
        Optional<AdminSettings> admin,
        Duration restartTimeout) {
    private static final Duration DEFAULT_RESTART = Duration.ofSeconds(30);
    /// What a restart adds to the path of the new control socket: a dot and a process id, of up to seven digits on Linux.
    private static final int RESTART_SUFFIX_BYTES = ".4194304".length();

    static OperatingOptions of(ServeSettings settings) {
        Optional<Duration> exitIdle = settings.duration(ServeSetting.EXIT_IDLE);
        if (exitIdle.filter(Duration::isZero).isPresent()) {
            throw ExitException.wrong("bad " + settings.where(ServeSetting.EXIT_IDLE)
                    + ": it must be greater than 0, or the server would end at once");
        }
        return new OperatingOptions(exitIdle, settings.text(ServeSetting.USER),
                settings.read(ServeSetting.UNIX_MODE, SocketFileMode::of).orElse(SocketFileMode.UMASK),
                settings.read(ServeSetting.PID_FILE, OperatingOptions::path),
                settings.read(ServeSetting.CONTROL, OperatingOptions::controlPath),
                AdminSettings.of(settings),
                settings.duration(ServeSetting.RESTART_TIMEOUT).orElse(DEFAULT_RESTART));
    }

    private static Path path(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("it is empty; give the path of a file");
        }
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("it " + FileNameEncoding.whyInvalid(e), e);
        }
    }

    private static Path controlPath(String text) {
        if (text.startsWith("@")) {
            throw new IllegalArgumentException("an abstract socket has no file that could be protected; give a path");
        }
        int bytes = text.getBytes(FileNameEncoding.ENCODING).length;
        int most = FileNameEncoding.MOST_SOCKET_PATH_BYTES - RESTART_SUFFIX_BYTES;
        if (bytes > most) {
            throw new IllegalArgumentException("it has " + bytes + " bytes, and the path of the control socket takes "
                    + most + ", because a restart binds one beside it, with the process id added; take a shorter one");
        }
        return path(text);
    }
}
