package dev.polyserve.proxy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/// Parses version 1 of the PROXY header: `PROXY TCP4 source destination port port` and CRLF.
final class ProxyHeaderV1Parser {
    /// The longest header, with its CRLF.
    static final int MOST_BYTES = 107;
    /// The shortest: `PROXY UNKNOWN` and CRLF.
    static final int LEAST_BYTES = 15;
    static final byte[] BEGIN = "PROXY ".getBytes(StandardCharsets.US_ASCII);
    private static final int FIELDS = 6;
    private static final int MOST_PORT = 65_535;
    private static final int LEAST_V4 = "0.0.0.0".length();
    private static final int LEAST_V6 = "::".length();
    private static final String UNKNOWN = "PROXY UNKNOWN";

    private ProxyHeaderV1Parser() {}

    /// A lower bound of the bytes that are missing, so that none after the header is read.
    ///
    /// @param size how many bytes of the header are in `seen`, without its end
    static int wants(byte[] seen, int size) {
        if (size < LEAST_BYTES) {
            return LEAST_BYTES - size;
        }
        boolean endBegun = seen[size - 1] == '\r';
        return Math.min(MOST_BYTES - size, endBegun ? 1 : wantsBeforeEnd(seen, size));
    }

    /// The shortest rest of the current field, of those after it, and of the end.
    private static int wantsBeforeEnd(byte[] seen, int size) {
        int fields = 0;
        int begin = 0;
        for (int i = 0; i < size; i++) {
            if (seen[i] == ' ') {
                fields++;
                begin = i + 1;
            }
        }
        byte family = seen[BEGIN.length + "TCP".length()];
        boolean addresses = seen[BEGIN.length] == 'T' && (family == '4' || family == '6');
        int wanted = 2;
        for (int field = fields; addresses && field < FIELDS; field++) {
            boolean port = field >= FIELDS - 2;
            int least = port ? 1 : family == '4' ? LEAST_V4 : LEAST_V6;
            wanted += field == fields ? (begin == size ? least : 0) : 1 + least;
        }
        return wanted;
    }

    /// @param line the header without its CRLF
    static ProxyHeader parse(String line) throws MalformedProxyHeaderException {
        if (line.equals(UNKNOWN) || line.startsWith(UNKNOWN + " ")) {
            return ProxyHeader.withoutRoute(1, ProxyHeader.Command.PROXY);
        }
        String[] parts = line.split(" ", -1);
        if (parts.length != FIELDS) {
            throw new MalformedProxyHeaderException(
                    "its PROXY header has " + parts.length + " fields between single spaces instead of " + FIELDS);
        }
        InetAddress source = address(parts[1], parts[2]);
        InetAddress destination = address(parts[1], parts[3]);
        return new ProxyHeader(1, ProxyHeader.Command.PROXY,
                Optional.of(new ProxyHeader.Route(new InetSocketAddress(source, port(parts[4])),
                        new InetSocketAddress(destination, port(parts[5])))),
                new ProxyTlvs(List.of()));
    }

    private static InetAddress address(String family, String text) throws MalformedProxyHeaderException {
        Optional<InetAddress> address = switch (family) {
            case "TCP4" -> LiteralAddress.v4(text);
            case "TCP6" -> LiteralAddress.v6(text);
            default -> throw new MalformedProxyHeaderException(
                    "its PROXY header names the family '" + family + "' instead of TCP4, TCP6 or UNKNOWN");
        };
        return address.orElseThrow(() -> new MalformedProxyHeaderException(
                "its PROXY header has '" + text + "', which is not a " + family + " address"));
    }

    private static int port(String digits) throws MalformedProxyHeaderException {
        int port = LiteralAddress.number(digits, MOST_PORT);
        if (port < 0) {
            throw new MalformedProxyHeaderException(
                    "its PROXY header has the port '" + digits + "', which is not a number from 0 to " + MOST_PORT);
        }
        return port;
    }
}
