package dev.polyserve.io;

import dev.polyserve.Endpoint;
import dev.polyserve.file.DirectoryEntry;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The file of a bound Unix socket, and its owner: a stale one is replaced, a live one refused, any other file never touched.
///
/// **Thread**: any.
public final class SocketFile {
    /// What others serve now: it stays when we close our sockets.
    private static final Set<Path> LEFT = ConcurrentHashMap.newKeySet();

    private final Path path;
    /// Its identity (device and inode): another's at the same path is not ours to remove. None where it was gone at once.
    private final Optional<Object> key;

    private SocketFile(Path path, Optional<Object> key) {
        this.path = path;
        this.key = key;
    }

    /// Whether somebody listens.
    @FunctionalInterface
    public interface Probe {
        /// Whether somebody listens at the path; only "nobody does" makes its file stale.
        boolean isLive(Path path) throws IOException;
    }

    /// Removes a socket file on which nobody listens.
    ///
    /// @throws BindFailedException when somebody does, or the file is none of a socket
    public static void removeStale(Endpoint endpoint, Path path, Probe probe) throws IOException {
        LEFT.remove(path);
        try (DirectoryEntry entry = DirectoryEntry.at(path)) {
            Optional<BasicFileAttributes> attributes = entry.attributes();
            if (attributes.isEmpty()) {
                return;
            }
            if (!attributes.get().isOther()) {
                throw new BindFailedException(endpoint, "the file is there and is not a socket; take another path",
                        null);
            }
            if (probe.isLive(path)) {
                throw new BindFailedException(endpoint,
                        "another server listens there; stop it or take another path", null);
            }
            entry.remove();
        } catch (NoSuchFileException e) {
            throw new BindFailedException(endpoint, "its directory does not exist; make it or take another path", e);
        } catch (AccessDeniedException e) {
            throw new BindFailedException(endpoint, "permission denied", e);
        }
    }

    /// The file that binding has just made.
    public static SocketFile made(Path path) throws IOException {
        try (DirectoryEntry entry = DirectoryEntry.at(path)) {
            return new SocketFile(path, key(entry));
        }
    }

    /// Another process serves the socket at this path, too: closing ours leaves the file.
    public static void leave(Path path) {
        LEFT.add(path);
    }

    /// No other process serves it any more.
    public static void own(Path path) {
        LEFT.remove(path);
    }

    /// Removes it, if it is still ours.
    public void remove() throws IOException {
        if (LEFT.contains(path)) {
            return;
        }
        try (DirectoryEntry entry = DirectoryEntry.at(path)) {
            Optional<Object> now = key(entry);
            if (now.isPresent() && now.equals(key)) {
                entry.remove();
            }
        } catch (NoSuchFileException e) {
            // Removed with its directory.
            assert !LEFT.contains(path);
        }
    }

    private static Optional<Object> key(DirectoryEntry entry) throws IOException {
        return entry.attributes().filter(BasicFileAttributes::isOther).map(BasicFileAttributes::fileKey);
    }
}
