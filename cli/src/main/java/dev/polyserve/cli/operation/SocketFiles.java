package dev.polyserve.cli.operation;

import dev.polyserve.linux.account.Account;
import dev.polyserve.linux.account.FileCreation;
import java.util.Optional;

/// Which permissions the files of Unix sockets get that a server binds: only a process that may write to the file may connect.
///
/// @param mode the permission bits; as the umask says, if nothing is said
public record SocketFiles(Optional<Integer> mode) {
    /// Nothing is changed about them.
    public static final SocketFiles AS_THEY_ARE = new SocketFiles(Optional.empty());

    private static final int OCTAL = 8;

    /// Reads a mode as `chmod(1)` takes it: `0660`.
    ///
    /// @throws IllegalArgumentException when it is none
    public static SocketFiles of(String octal) {
        if (!octal.matches("0?[0-7]{3}")) {
            throw new IllegalArgumentException("it is three octal digits, as in 0660");
        }
        return new SocketFiles(Optional.of(Integer.parseInt(octal, OCTAL)));
    }

    /// How they are created.
    ///
    /// @param owner the user that owns them, if not the process's own
    public FileCreation creation(Optional<Account> owner) {
        return new FileCreation(mode, owner);
    }
}
