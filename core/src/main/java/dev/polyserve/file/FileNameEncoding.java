package dev.polyserve.file;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/// The encoding in which the JDK reads and writes file names, and the arguments of programs that it starts: the
/// locale's.
///
/// **Thread**: any.
public final class FileNameEncoding {
    /// The encoding; US-ASCII where no locale is set.
    public static final Charset ENCODING = Charset
            .forName(System.getProperty("sun.jnu.encoding", StandardCharsets.UTF_8.name()));
    /// The problem with a name that the encoding cannot represent: continues "the path ".
    public static final String NOT_ENCODED = "has characters that the encoding of file names, " + ENCODING
            + ", cannot represent";
    /// The most bytes in the path of a Unix socket of the JDK's channels. The JDK reserves two of the system's 108 bytes,
    /// the system only one.
    public static final int MOST_SOCKET_PATH_BYTES = 106;
    /// The character that the JDK reads in place of bytes that it cannot decode.
    private static final char LOST = '\ufffd';
    private static final int BYTE_VALUES = 256;

    private FileNameEncoding() {}

    public static boolean canEncode(String name) {
        return ENCODING.newEncoder().canEncode(name);
    }

    /// The problem with a text that is no path, and the remedy: continues "the path ".
    public static String whyInvalid(InvalidPathException error) {
        return canEncode(error.getInput())
                ? "is not valid: " + error.getReason()
                : whyNotEncoded();
    }

    private static String whyNotEncoded() {
        return NOT_ENCODED + "; start java with LC_ALL=C.UTF-8";
    }

    /// Why a path, or the directory in which it begins, may not be found although it exists; continues "the path ".
    ///
    /// @return empty when the JDK knows every letter of it
    public static Optional<String> whyNotFound(Path path) {
        String whole = path.toAbsolutePath().toString();
        return whole.indexOf(LOST) >= 0 || !canEncode(whole) ? Optional.of(whyNotEncoded()) : Optional.empty();
    }

    /// Whether the JDK can create a path for every existing file name. Where it cannot, a socket channel that accepts a
    /// client with such a name fails, and the JDK leaks the new descriptor.
    public static boolean readsEveryName() {
        return readsEveryName(ENCODING);
    }

    static boolean readsEveryName(Charset encoding) {
        return encoding.newEncoder().canEncode(LOST) || decodesEveryByte(encoding);
    }

    private static boolean decodesEveryByte(Charset encoding) {
        byte[] all = new byte[BYTE_VALUES];
        for (int i = 0; i < BYTE_VALUES; i++) {
            all[i] = (byte) i;
        }
        return new String(all, encoding).indexOf(LOST) < 0;
    }
}
