package dev.polyserve.linux.system;

import dev.polyserve.file.FileNameEncoding;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HexFormat;

/// Converts between the bytes of a Unix socket's name and a path, in any encoding of the locale. A client may have any
/// name; it must neither be lost nor answered at another address.
///
/// A path with undecodable bytes is built from a URI, which is the only way in the JDK; only absolute paths have
/// one.
///
/// **Thread**: any.
final class UnixSocketPathEncoding {
    /// The JDK's replacement for bytes that cannot be decoded.
    private static final char LOST = '\ufffd';
    private static final String SCHEME = "file://";
    private static final HexFormat HEX = HexFormat.of();

    private UnixSocketPathEncoding() {}

    static String text(byte[] name) {
        return new String(name, FileNameEncoding.ENCODING);
    }

    /// Returns the address with this path.
    ///
    /// @param path the text of `bytes`
    /// @return an unnamed address when the name can be neither decoded nor is an absolute path
    static UnixDomainSocketAddress address(String path, byte[] bytes) {
        if (path.indexOf(LOST) < 0) {
            try {
                return UnixDomainSocketAddress.of(path);
            } catch (InvalidPathException _) {
                // The encoding can decode more than it can encode.
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

    static byte[] bytes(Path path) {
        String text = path.toString();
        if (text.indexOf(LOST) < 0 || !path.isAbsolute()) {
            return text.getBytes(FileNameEncoding.ENCODING);
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
