package dev.polyserve.io;

import dev.polyserve.Endpoint;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The file of a bound Unix socket, and its owner: a stale one is replaced, a live one refused, any other file never touched.
///
/// **Thread**: any.
public final class SocketFile {
    /// What others serve now: it stays when we close our sockets.
    private static final Set<Path> LEFT = ConcurrentHashMap.newKeySet();

    private final Path path;
    /// Its identity (device and inode): another's at the same path is not ours to remove.
    private final @Nullable Object key;

    private SocketFile(Path path, @Nullable Object key) {
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
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class,
                    LinkOption.NOFOLLOW_LINKS);
            if (!attributes.isOther()) {
                throw new BindFailedException(endpoint, "the file is there and is not a socket; take another path",
                        null);
            }
        } catch (NoSuchFileException e) {
            return;
        } catch (AccessDeniedException e) {
            throw new BindFailedException(endpoint, "permission denied", e);
        }
        if (probe.isLive(path)) {
            throw new BindFailedException(endpoint, "another server listens there; stop it or take another path",
                    null);
        }
        Files.deleteIfExists(path);
    }

    /// The file that binding has just made.
    public static SocketFile made(Path path) throws IOException {
        return new SocketFile(path, key(path));
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
        Object now = key(path);
        if (now != null && now.equals(key)) {
            Files.deleteIfExists(path);
        }
    }

    private static @Nullable Object key(Path path) throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey();
        } catch (NoSuchFileException e) {
            return null;
        }
    }
}
