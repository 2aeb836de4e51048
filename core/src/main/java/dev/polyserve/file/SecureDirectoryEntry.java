package dev.polyserve.file;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One entry of a directory that is held open: the checked and the removed entry are in the same directory, even if a
/// link on its path changes meanwhile.
///
/// Otherwise the owner of that link could make a more privileged program remove a file in another directory. The path
/// is used where the directory may not be listed, no descriptor is left, or the system has no `openat(2)`.
///
/// **Thread**: any, one at a time.
public final class SecureDirectoryEntry implements AutoCloseable {
    private final Path path;
    private final @Nullable DirectoryStream<Path> directory;

    private SecureDirectoryEntry(Path path, @Nullable DirectoryStream<Path> directory) {
        this.path = path;
        this.directory = directory;
    }

    /// Opens the entry at this path; the entry itself need not exist.
    ///
    /// @throws NoSuchFileException when there is no such directory
    @SuppressWarnings("StreamResourceLeak") // what is returned closes it
    public static SecureDirectoryEntry at(Path path) throws IOException {
        Path parent = Objects.requireNonNull(path.toAbsolutePath().getParent(), "a file has a directory");
        try {
            return new SecureDirectoryEntry(path, Files.newDirectoryStream(parent));
        } catch (NoSuchFileException | NotDirectoryException e) {
            throw e;
        } catch (FileSystemException e) {
            return new SecureDirectoryEntry(path, null);
        }
    }

    /// The attributes of the entry; of a link itself, not of its target.
    ///
    /// @return empty when there is no entry
    public Optional<BasicFileAttributes> attributes() throws IOException {
        try {
            return Optional.of(directory instanceof SecureDirectoryStream<Path> held
                    ? held.getFileAttributeView(path.getFileName(), BasicFileAttributeView.class,
                            LinkOption.NOFOLLOW_LINKS).readAttributes()
                    : Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /// Removes the entry, if it still exists.
    public void remove() throws IOException {
        if (directory instanceof SecureDirectoryStream<Path> held) {
            try {
                held.deleteFile(path.getFileName());
            } catch (NoSuchFileException e) {
                // Removed meanwhile, which is the intended result.
                return;
            }
        } else {
            Files.deleteIfExists(path);
        }
    }

    @Override
    public void close() throws IOException {
        if (directory != null) {
            directory.close();
        }
    }
}
