package dev.polyserve.io;

import dev.polyserve.Endpoint;
import dev.polyserve.file.SecureDirectoryEntry;
import dev.polyserve.file.FileNameEncoding;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The file of a bound Unix socket: a stale one is replaced, a live one refused, any other file never touched.
///
/// **Thread**: any.
public final class SocketFile {
    /// Paths that other processes serve now: their files stay when this process closes its sockets.
    private static final Set<Path> LEFT = ConcurrentHashMap.newKeySet();

    private final Path path;
    /// Its identity (device and inode): a file of another identity at the same path is not removed. Empty if the file
    /// was gone at once.
    private final Optional<Object> key;

    private SocketFile(Path path, Optional<Object> key) {
        this.path = path;
        this.key = key;
    }

    /// Tests whether a socket is live.
    @FunctionalInterface
    public interface Probe {
        /// Whether a server listens at the path. The file is stale only if the result is false.
        boolean isLive(Path path) throws IOException;
    }

    /// Whether a server listens at the path of a Unix stream socket, as the JDK's sockets see it.
    public static boolean isLive(Path path) throws IOException {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            // Without waiting: a live listener with a full backlog must not block this call, and counts as live.
            probe.configureBlocking(false);
            probe.connect(UnixDomainSocketAddress.of(path));
            return true;
        } catch (ConnectException e) {
            // "Connection refused", in any language: for a Unix socket this exception type has no other reason.
            return false;
        } catch (IOException e) {
            // Only a refused connection proves that the file is stale: a full backlog or a missing permission means a
            // live listener.
            return true;
        }
    }

    /// Removes a stale socket file.
    ///
    /// @throws BindFailedException when a server listens there, or the file is not a socket
    public static void removeStale(Endpoint endpoint, Path path, Probe probe) throws IOException {
        LEFT.remove(path);
        try (SecureDirectoryEntry entry = SecureDirectoryEntry.at(path)) {
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
            throw new BindFailedException(endpoint, FileNameEncoding.whyNotFound(path).map(why -> "the path " + why)
                    .orElse("its directory does not exist; make it or take another path"), e);
        } catch (NotDirectoryException e) {
            throw new BindFailedException(endpoint,
                    "a file is in the place of its directory; remove it or take another path", e);
        } catch (AccessDeniedException e) {
            throw new BindFailedException(endpoint, "permission denied", e);
        }
    }

    /// The file that a bind has just created.
    public static SocketFile made(Path path) throws IOException {
        try (SecureDirectoryEntry entry = SecureDirectoryEntry.at(path)) {
            return new SocketFile(path, key(entry));
        }
    }

    /// Marks the path as served by another process, too: closing the socket here leaves the file.
    public static void leave(Path path) {
        LEFT.add(path);
    }

    /// Removes that mark: no other process serves the path any more.
    public static void own(Path path) {
        LEFT.remove(path);
    }

    /// Removes the file, if it is still the one that the bind created.
    public void remove() throws IOException {
        if (LEFT.contains(path)) {
            return;
        }
        try (SecureDirectoryEntry entry = SecureDirectoryEntry.at(path)) {
            Optional<Object> now = key(entry);
            if (now.isPresent() && now.equals(key)) {
                entry.remove();
            }
        } catch (NoSuchFileException e) {
            // The file was removed together with its directory.
            assert !LEFT.contains(path);
        }
    }

    private static Optional<Object> key(SecureDirectoryEntry entry) throws IOException {
        return entry.attributes().filter(BasicFileAttributes::isOther).map(BasicFileAttributes::fileKey);
    }
}
