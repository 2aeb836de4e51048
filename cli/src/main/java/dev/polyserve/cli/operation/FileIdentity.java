package dev.polyserve.cli.operation;

import dev.polyserve.file.SecureDirectoryEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

/// Identifies a file that this program created, independent of its path: another file at the same path must not be
/// removed.
///
/// **Thread**: any.
///
/// @param key the file system's identity of the file: device and inode
public record FileIdentity(Object key) {
    /// The identity of the file at this path; for a symbolic link, of the link itself.
    ///
    /// @throws NoSuchFileException when there is no file
    public static FileIdentity of(Path path) throws IOException {
        return new FileIdentity(Objects.requireNonNull(
                Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey(),
                "this file system does not provide file identities"));
    }

    /// Removes the file at this path, if it is the same file.
    public void removeAt(Path path) throws IOException {
        try (SecureDirectoryEntry entry = SecureDirectoryEntry.at(path)) {
            if (entry.attributes().map(BasicFileAttributes::fileKey).filter(key::equals).isPresent()) {
                entry.remove();
            }
        } catch (NoSuchFileException _) {
            // Already removed.
            return;
        }
    }
}
