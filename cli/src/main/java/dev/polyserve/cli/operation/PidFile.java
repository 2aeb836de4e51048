package dev.polyserve.cli.operation;

import dev.polyserve.file.FileNameEncoding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The file with the process id of the running server. The server holds a lock on it, so that a file without a lock is
/// stale, even if another process has that id now.
///
/// ```
///    claim ─▶ (existing file, if any, locked) ─▶ write ─▶ (new file locked, renamed over it) ─▶ close: removed, if still ours
/// ```
///
/// **Thread**: one at a time.
public final class PidFile implements AutoCloseable {
    private static final SecureRandom NAMES = new SecureRandom();
    private static final Set<StandardOpenOption> CREATED = Set.of(StandardOpenOption.WRITE,
            StandardOpenOption.CREATE_NEW);
    private static final FileAttribute<Set<PosixFilePermission>> READABLE_BY_ALL = PosixFilePermissions
            .asFileAttribute(PosixFilePermissions.fromString("rw-r--r--"));

    private final Path path;
    private @Nullable FileChannel held;
    private @Nullable FileIdentity ours;

    private PidFile(Path path, @Nullable FileChannel held) {
        this.path = path;
        this.held = held;
    }

    /// Checks that no other server holds the file; does not change the file.
    ///
    /// @throws IOException with one sentence, when another server holds it, or it cannot be used
    public static PidFile claim(Path path) throws IOException {
        FileChannel old;
        try {
            // Links are not followed: the owner of the directory could make root open another file, such as a device.
            old = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            requireCreatable(path);
            return new PidFile(path, null);
        } catch (FileSystemException e) {
            throw unusable(path, e);
        } catch (IOException e) {
            throw Files.isSymbolicLink(path)
                    ? new IOException("the pid file " + path + " is a symbolic link; use the path of its target", e)
                    : new IOException("the pid file " + path + " cannot be opened: " + e.getMessage(), e);
        }
        try {
            if (!locked(old)) {
                throw new IOException("another server holds the pid file " + path + " (" + owner(old)
                        + "): stop it, or use another file");
            }
            return new PidFile(path, old);
        } catch (IOException | RuntimeException | Error e) {
            old.close();
            throw e;
        }
    }

    /// Tries it out now: the file itself is written when the server serves.
    private static void requireCreatable(Path path) throws IOException {
        Path temporary = temporary(path);
        try {
            FileChannel.open(temporary, CREATED, READABLE_BY_ALL).close();
            Files.delete(temporary);
        } catch (FileSystemException e) {
            throw unusable(path, e);
        }
    }

    /// Takes over the file of the predecessor during a restart: [#write] replaces it when this program is ready.
    public static PidFile successor(Path path) {
        return new PidFile(path, null);
    }

    private static boolean locked(FileChannel file) throws IOException {
        try {
            // Held until the channel is closed; the kernel releases it at the latest when the process ends.
            FileLock lock = file.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // held by another server in this process
        }
    }

    private static String owner(FileChannel file) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(20);
        int unused = file.read(text, 0);
        assert unused <= text.capacity();
        String pid = StandardCharsets.US_ASCII.decode(text.flip()).toString().strip();
        return pid.matches("[0-9]+") ? "process " + pid : "the process is unknown";
    }

    /// Writes the process id; the file appears complete, or not at all.
    public void write(long pid) throws IOException {
        write(pid, temporary(path));
    }

    private static Path temporary(Path path) {
        return directory(path).resolve("." + path.getFileName() + "-" + Long.toHexString(NAMES.nextLong()));
    }

    /// @param temporary where it is written before it gets its name, in the same directory
    void write(long pid, Path temporary) throws IOException {
        FileChannel written = null;
        try {
            // Created and opened in one call that follows no link: the owner of the directory could create one at any
            // moment.
            written = FileChannel.open(temporary, CREATED, READABLE_BY_ALL);
            if (!locked(written)) {
                throw new IOException("cannot lock the pid file " + path + "; use one in another directory");
            }
            ByteBuffer text = ByteBuffer.wrap((pid + "\n").getBytes(StandardCharsets.US_ASCII));
            while (text.hasRemaining()) {
                int unused = written.write(text);
                assert unused >= 0;
            }
            ours = FileIdentity.of(temporary);
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
            release();
            held = written;
        } catch (FileSystemException e) {
            giveUp(written, temporary);
            throw unusable(path, e);
        } catch (IOException | RuntimeException | Error e) {
            giveUp(written, temporary);
            throw e;
        }
    }

    private static Path directory(Path path) {
        return Objects.requireNonNull(path.toAbsolutePath().getParent(), "a file has a directory");
    }

    private static void giveUp(@Nullable FileChannel written, Path temporary) throws IOException {
        if (written != null) {
            written.close();
        }
        Files.deleteIfExists(temporary);
    }

    private static IOException unusable(Path path, FileSystemException why) {
        return new IOException("the pid file " + path + " cannot be written: " + switch (why) {
            case AccessDeniedException _ ->
                "permission denied; use a directory that the server's user can write to";
            case NoSuchFileException _ -> FileNameEncoding.whyNotFound(path).map(lost -> "the path " + lost)
                    .orElse(Files.isDirectory(directory(path))
                            ? "its directory takes no new files; use another one"
                            : "its directory does not exist; create it, or use another path");
            default -> String.valueOf(why.getMessage());
        }, why);
    }

    private void release() throws IOException {
        FileChannel channel = held;
        held = null;
        if (channel != null) {
            channel.close();
        }
    }

    /// Removes the file, if it is still the one that was written here.
    @Override
    public void close() throws IOException {
        try {
            if (ours != null) {
                ours.removeAt(path);
            }
        } finally {
            release();
        }
    }
}
