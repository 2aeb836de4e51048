package dev.polyserve.cli.operation;

import dev.polyserve.linux.process.RunAsUser;
import dev.polyserve.linux.process.FileCreationAttributes;
import java.util.Optional;

/// The permissions of the files of bound Unix sockets: only a process that may write to the file can connect.
///
/// @param mode the permission bits; empty for those of the umask
public record SocketFileMode(Optional<Integer> mode) {
    /// The permissions of the umask.
    public static final SocketFileMode UMASK = new SocketFileMode(Optional.empty());

    private static final int OCTAL = 8;

    /// Parses a mode as `chmod(1)` takes it: `0660`.
    ///
    /// @throws IllegalArgumentException when the text is not a mode
    public static SocketFileMode of(String octal) {
        if (!octal.matches("0?[0-7]{3}")) {
            throw new IllegalArgumentException("it must be three octal digits, as in 0660");
        }
        return new SocketFileMode(Optional.of(Integer.parseInt(octal, OCTAL)));
    }

    /// How the files are created.
    ///
    /// @param owner the user that owns them; empty for the process's own
    public FileCreationAttributes creation(Optional<RunAsUser> owner) {
        return new FileCreationAttributes(mode, owner);
    }
}
