package dev.polyserve.cli.operation;

import dev.polyserve.file.DirectoryEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

/// Which file it is that we have made, whatever its path is now: another's at the same path is not ours to remove.
///
/// **Thread**: any.
///
/// @param key as the file system tells files apart: device and inode
public record FileIdentity(Object key) {
    /// That of the file at this path; of a link itself, not of what it leads to.
    ///
    /// @throws NoSuchFileException when there is none
    public static FileIdentity of(Path path) throws IOException {
        return new FileIdentity(Objects.requireNonNull(
                Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey(),
                "files have an identity where they have owners and modes"));
    }

    /// Removes the file at this path, if it is this one. Its directory is held open meanwhile, so that a link on the path to it
    /// cannot lead elsewhere in between.
    public void removeAt(Path path) throws IOException {
        try (DirectoryEntry entry = DirectoryEntry.at(path)) {
            if (entry.attributes().map(BasicFileAttributes::fileKey).filter(key::equals).isPresent()) {
                entry.remove();
            }
        } catch (NoSuchFileException _) {
            // Removed with its directory.
            return;
        }
    }
}
