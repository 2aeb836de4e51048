package dev.polyserve.cli.operation;

import dev.polyserve.Endpoint;
import dev.polyserve.linux.account.Account;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Whose the files of Unix sockets are that a server has bound, and who may connect there: whoever may write to the file.
///
/// @param mode who may do what with them; as the umask says, if nothing is said
public record SocketFiles(Optional<Set<PosixFilePermission>> mode) {
    /// Nothing is changed about them.
    public static final SocketFiles AS_THEY_ARE = new SocketFiles(Optional.empty());

    private static final int BITS = 9;

    /// Reads a mode as `chmod(1)` takes it: `0660`.
    ///
    /// @throws IllegalArgumentException when it is none
    public static SocketFiles of(String octal) {
        if (!octal.matches("0?[0-7]{3}")) {
            throw new IllegalArgumentException("it is three octal digits, as in 0660");
        }
        int bits = Integer.parseInt(octal, 8);
        Set<PosixFilePermission> mode = EnumSet.noneOf(PosixFilePermission.class);
        for (PosixFilePermission permission : PosixFilePermission.values()) {
            // They are declared from the owner's reading, the highest bit, to the others' executing.
            if ((bits & (1 << (BITS - 1 - permission.ordinal()))) != 0) {
                mode.add(permission);
            }
        }
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
