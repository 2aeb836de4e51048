package dev.polyserve.linux.system;

import dev.polyserve.file.FileNames;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HexFormat;

/// The names of Unix sockets, which are bytes to the system, as paths, whatever the locale's encoding is: a client may have any
/// name, and must neither be lost nor be answered at another one.
///
/// A path whose bytes are no text in that encoding is made of them by way of a URI, the one way that the JDK has; only absolute
/// paths have one.
///
/// **Thread**: any.
final class SocketPaths {
    /// What the JDK shows in the place of bytes that are no text.
    private static final char LOST = '\ufffd';
    private static final String SCHEME = "file://";
    private static final HexFormat HEX = HexFormat.of();

    private SocketPaths() {}

    /// The text of a name.
    static String text(byte[] name) {
        return new String(name, FileNames.ENCODING);
    }

    /// The address with this path.
    ///
    /// @param path the text of `bytes`
    /// @return one without a name, where the name is no text and no absolute path
    static UnixDomainSocketAddress address(String path, byte[] bytes) {
        if (path.indexOf(LOST) < 0) {
            try {
                return UnixDomainSocketAddress.of(path);
            } catch (InvalidPathException _) {
                // The encoding reads more than it writes.
                return exact(bytes);
            }
        }
        return exact(bytes);
    }

    private static UnixDomainSocketAddress exact(byte[] bytes) {
        if (bytes.length == 0 || bytes[0] != '/') {
            return UnixDomainSocketAddress.of("");
        }
        StringBuilder uri = new StringBuilder(SCHEME);
        for (byte each : bytes) {
            if (each == '/') {
                uri.append('/');
            } else {
                uri.append('%').append(HEX.toHexDigits(each));
            }
        }
        return UnixDomainSocketAddress.of(Path.of(URI.create(uri.toString())));
    }

    /// The bytes of a path.
    static byte[] bytes(Path path) {
        String text = path.toString();
        if (text.indexOf(LOST) < 0 || !path.isAbsolute()) {
            return text.getBytes(FileNames.ENCODING);
        }
        String escaped = path.toUri().getRawPath();
        StringBuilder bytes = new StringBuilder(escaped.length());
        for (int i = 0; i < escaped.length(); i++) {
            if (escaped.charAt(i) == '%') {
                bytes.append((char) HexFormat.fromHexDigits(escaped, i + 1, i + 3));
                i += 2;
            } else {
                bytes.append(escaped.charAt(i));
            }
        }
        return bytes.toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
