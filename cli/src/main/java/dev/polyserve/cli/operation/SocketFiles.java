package dev.polyserve.cli.operation;

import dev.polyserve.Endpoint;
import dev.polyserve.linux.account.Account;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Whose the files of Unix sockets are that a server has bound, and who may connect there: whoever may write to the file.
///
/// @param mode who may do what with them; as the umask says, if nothing is said
public record SocketFiles(Optional<Set<PosixFilePermission>> mode) {
    /// Nothing is changed about them.
    public static final SocketFiles AS_THEY_ARE = new SocketFiles(Optional.empty());

    /// As `ls(1)` shows a mode in which every bit is set, the highest first.
    private static final String LETTERS = "rwxrwxrwx";

    /// Reads a mode as `chmod(1)` takes it: `0660`.
    ///
    /// @throws IllegalArgumentException when it is none
    public static SocketFiles of(String octal) {
        if (!octal.matches("0?[0-7]{3}")) {
            throw new IllegalArgumentException("it is three octal digits, as in 0660");
        }
        int bits = Integer.parseInt(octal, 8);
        StringBuilder letters = new StringBuilder(LETTERS.length());
        for (int i = 0; i < LETTERS.length(); i++) {
            boolean set = (bits & (1 << (LETTERS.length() - 1 - i))) != 0;
            letters.append(set ? LETTERS.charAt(i) : '-');
        }
        Set<PosixFilePermission> mode = PosixFilePermissions.fromString(letters.toString());
        return new SocketFiles(Optional.of(mode));
    }

    /// Sees to the files of these endpoints, which were bound just now. Inherited ones are somebody else's.
    ///
    /// @param owner who is to have them, if it is not the process's user
    public void see(List<Endpoint> bound, Optional<Account> owner) throws IOException {
        for (Endpoint endpoint : bound) {
            switch (endpoint) {
                case Endpoint.Unix unix when !unix.isAbstract() -> see(unix.path(), owner);
                case Endpoint.UnixDatagram unix when !unix.isAbstract() -> see(unix.path(), owner);
                case Endpoint.Unix _, Endpoint.UnixDatagram _, Endpoint.Tcp _, Endpoint.Udp _, Endpoint.Inherited _ -> {
                    // has no file of ours
                }
            }
        }
    }

    private void see(Path file, Optional<Account> owner) throws IOException {
        if (owner.isPresent()) {
            owner.get().own(file);
        }
        if (mode.isPresent()) {
            Files.setPosixFilePermissions(file, mode.get());
        }
    }
}
