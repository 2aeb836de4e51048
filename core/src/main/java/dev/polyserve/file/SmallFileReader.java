package dev.polyserve.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Reads whole files that a user names, of at most a given size.
///
/// A device such as `/dev/zero` has no end, hence the size. Opening a named pipe waits for a writer: what is read again when it
/// changes must be a regular file.
///
/// **Thread**: any; the call blocks on the disk.
public final class SmallFileReader {
    private static final int KIB = 1024;

    private SmallFileReader() {}

    /// Reads the bytes of a regular file.
    ///
    /// @param mostBytes the largest size that is accepted
    /// @throws IrregularOrOversizedFileException when it is no regular file, or larger
    /// @throws NoSuchFileException when it does not exist
    /// @throws IOException when it cannot be read
    public static byte[] bytes(Path file, int mostBytes) throws IOException {
        requireNoDirectory(file);
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new IrregularOrOversizedFileException(file,
                    "is a device, a pipe or a socket: give the path of a regular file");
        }
        return read(file, mostBytes);
    }

    private static void requireNoDirectory(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IrregularOrOversizedFileException(file, "is a directory: give the path of a file");
        }
    }

    private static byte[] read(Path file, int mostBytes) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(mostBytes + 1);
            if (bytes.length > mostBytes) {
                throw new IrregularOrOversizedFileException(file,
                        "is larger than " + size(mostBytes) + ": check the path");
            }
            return bytes;
        }
    }

    /// Reads a file as text in UTF-8. It may be a pipe, as a shell makes of `<(command)`; this waits for its writer, and for the
    /// end of what is written.
    ///
    /// @param mostBytes the largest size that is accepted
    /// @throws java.nio.charset.CharacterCodingException when it is not in UTF-8
    /// @throws IrregularOrOversizedFileException when it is a directory, or larger
    /// @throws IOException as [#bytes] does
    public static String text(Path file, int mostBytes) throws IOException {
        requireNoDirectory(file);
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(read(file, mostBytes))).toString();
    }

    private static String size(int bytes) {
        return bytes >= KIB * KIB ? bytes / KIB / KIB + " MiB" : bytes / KIB + " KiB";
    }
}
