package dev.polyserve;

import dev.polyserve.file.FileNameEncoding;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/// The text form of endpoints.
final class EndpointText {
    /// `sun_path` has 108 bytes, the last of them zero (man 7 unix).
    private static final int MAX_UNIX_PATH_BYTES = 107;
    private static final int MAX_PORT = 65_535;

    private EndpointText() {}

    static Endpoint parse(String text) {
        if (text.startsWith("tcp://")) {
            HostPort at = hostPort(text, text.substring("tcp://".length()));
            return new Endpoint.Tcp(at.host, at.port);
        }
        if (text.startsWith("tls://")) {
            HostPort at = hostPort(text, text.substring("tls://".length()));
            if (at.host.equals("fd")) {
                throw bad(text, "an inherited socket cannot have TLS; listen at tls://host:port, or take fd:" + at.port
                        + " without TLS");
            }
            return new Endpoint.Tls(at.host, at.port);
        }
        if (text.startsWith("udp://")) {
            HostPort at = hostPort(text, text.substring("udp://".length()));
            return new Endpoint.Udp(at.host, at.port);
        }
        if (text.startsWith("unix:")) {
            return new Endpoint.Unix(path(text, text.substring("unix:".length())));
        }
        if (text.startsWith("unixgram:")) {
            return new Endpoint.UnixDatagram(path(text, text.substring("unixgram:".length())));
        }
        if (text.startsWith("fd:") && text.length() > "fd:".length()) {
            return new Endpoint.Inherited(text.substring("fd:".length()));
        }
        throw bad(text,
                "it is none of tcp://host:port, tls://host:port, udp://host:port, unix:/path, unixgram:/path, fd:N, fd:NAME"
                        + likely(text).map(meant -> "; did you mean " + meant + "?").orElse(""));
    }

    /// The likely intended endpoint of a text without a scheme.
    private static Optional<String> likely(String text) {
        if (text.startsWith("/") || text.startsWith("./")) {
            return Optional.of("unix:" + text);
        }
        if (text.matches("[0-9]{1,5}")) {
            return Optional.of("tcp://127.0.0.1:" + text);
        }
        return text.matches("([A-Za-z0-9.-]*|\\*|\\[[0-9A-Fa-f:.]+]):[0-9]{1,5}")
                ? Optional.of("tcp://" + text)
                : Optional.empty();
    }

    static boolean isAbstract(Path path) {
        return path.toString().startsWith("@");
    }

    static void requirePort(int port) {
        if (port < 0 || port > MAX_PORT) {
            throw new IllegalArgumentException("port " + port + " is not between 0 and " + MAX_PORT);
        }
    }

    static String hostAndPort(String host, int port) {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    private static HostPort hostPort(String whole, String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0 || colon < text.lastIndexOf(']')) {
            throw bad(whole, "the port is missing, as in tcp://127.0.0.1:8888");
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw bad(whole, "an IPv6 address is written in brackets, as in tcp://[::1]:8888");
        }
        return new HostPort(host.isEmpty() ? "*" : host, port(whole, text.substring(colon + 1)));
    }

    private static int port(String whole, String digits) {
        boolean plain = !digits.isEmpty() && digits.length() <= 5 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!plain || Integer.parseInt(digits) > MAX_PORT) {
            throw bad(whole, "the port '" + digits + "' is not a number from 0 to " + MAX_PORT);
        }
        return Integer.parseInt(digits);
    }

    private static Path path(String whole, String text) {
        if (text.isEmpty()) {
            throw bad(whole, "the path is missing, as in unix:/run/app.sock");
        }
        try {
            Path path = Path.of(text);
            if (isAbstract(path) && (text.length() == 1 || !path.toString().equals(text))) {
                throw bad(whole, "after @ comes a name, without // or a / at its end, as in unix:@app");
            }
            int bytes = text.getBytes(StandardCharsets.UTF_8).length;
            if (bytes > MAX_UNIX_PATH_BYTES) {
                throw bad(whole,
                        "the path has " + bytes + " bytes and a Unix socket's may have " + MAX_UNIX_PATH_BYTES);
            }
            return path;
        } catch (InvalidPathException e) {
            throw bad(whole, "the path " + FileNameEncoding.whyInvalid(e));
        }
    }

    private static IllegalArgumentException bad(String text, String why) {
        return new IllegalArgumentException("bad endpoint '" + text + "': " + why);
    }

    private record HostPort(String host, int port) {}
}
