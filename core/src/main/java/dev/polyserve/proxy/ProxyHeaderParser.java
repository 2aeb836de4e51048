package dev.polyserve.proxy;

import dev.polyserve.Options;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Parses one PROXY header out of bytes that arrive in pieces. It takes no byte after the header.
///
/// ```
///   BEGIN ──'P'──▶ line of text ──CRLF──────────▶ WHOLE
///     └──0x0D──▶ signature ▶ length ▶ the rest ─┘
///   any ──a byte that cannot be there──▶ REFUSED
/// ```
///
/// It keeps the bytes that have arrived, at most 64 KiB and 16 bytes (version 2) or 107 bytes (version 1).
///
/// **Thread**: one at a time.
public final class ProxyHeaderParser {
    private static final int FIRST_BYTES = 64;
    private static final Result MORE = new Result.More();

    private final Options.ProxyProtocol.Versions versions;
    private byte[] seen = new byte[FIRST_BYTES];
    private int size;

    /// A parser of one header of these versions.
    public ProxyHeaderParser(Options.ProxyProtocol.Versions versions) {
        this.versions = versions;
    }

    /// The state after a piece.
    public sealed interface Result {
        /// The header goes on.
        record More() implements Result {}

        /// The header is whole.
        ///
        /// @param header what it says
        record Whole(ProxyHeader header) implements Result {}

        /// The bytes are not an acceptable header.
        ///
        /// @param why the reason: a clause that begins with "its PROXY header"
        record Refused(String why) implements Result {}
    }

    /// A lower bound of the bytes that are missing, at least 1 until the header is whole. A caller that reads no
    /// more than these from a socket at a time reads nothing that follows the header.
    public int wants() {
        if (size == 0 || isText()) {
            return ProxyHeaderV1Parser.wants(seen, size);
        }
        return size < ProxyHeaderV2Parser.FIXED_BYTES
                ? ProxyHeaderV2Parser.FIXED_BYTES - size
                : ProxyHeaderV2Parser.FIXED_BYTES + ProxyHeaderV2Parser.length(seen) - size;
    }

    /// How many bytes have arrived.
    public int size() {
        return size;
    }

    private boolean isText() {
        return seen[0] == ProxyHeaderV1Parser.BEGIN[0];
    }

    /// Takes the header's bytes, and leaves those after it. It must not be called again once the header is whole or
    /// refused.
    public Result parse(ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                int before = size;
                take(bytes, Math.min(wants(), bytes.remaining()));
                Result result = isText() ? text(before) : binary(before);
                if (!(result instanceof Result.More)) {
                    return result;
                }
            }
            return MORE;
        } catch (MalformedProxyHeaderException e) {
            return new Result.Refused(e.why());
        }
    }

    private void take(ByteBuffer bytes, int count) {
        if (size + count > seen.length) {
            seen = Arrays.copyOf(seen, Math.min(Math.max(2 * seen.length, size + count), size + wants()));
        }
        bytes.get(seen, size, count);
        size += count;
    }

    private Result text(int before) throws MalformedProxyHeaderException {
        requireBegin(ProxyHeaderV1Parser.BEGIN);
        requireVersion(1);
        for (int i = before; i < size; i++) {
            boolean afterReturn = i > 0 && seen[i - 1] == '\r';
            if (afterReturn != (seen[i] == '\n')) {
                throw new MalformedProxyHeaderException("its PROXY header has a CR or LF outside its CRLF");
            }
            if (afterReturn) {
                return new Result.Whole(
                        ProxyHeaderV1Parser.parse(new String(seen, 0, i - 1, StandardCharsets.ISO_8859_1)));
            }
        }
        if (size >= ProxyHeaderV1Parser.MOST_BYTES) {
            throw new MalformedProxyHeaderException(
                    "its PROXY header does not end within " + ProxyHeaderV1Parser.MOST_BYTES + " bytes");
        }
        return MORE;
    }

    private Result binary(int before) throws MalformedProxyHeaderException {
        if (before < ProxyHeaderV2Parser.FIXED_BYTES) {
            requireBegin(ProxyHeaderV2Parser.SIGNATURE);
            requireVersion(2);
            ProxyHeaderV2Parser.check(seen, size);
        }
        boolean whole = size >= ProxyHeaderV2Parser.FIXED_BYTES
                && size == ProxyHeaderV2Parser.FIXED_BYTES + ProxyHeaderV2Parser.length(seen);
        return whole ? new Result.Whole(ProxyHeaderV2Parser.parse(seen, size)) : MORE;
    }

    private void requireBegin(byte[] begin) throws MalformedProxyHeaderException {
        int common = Math.min(size, begin.length);
        if (!Arrays.equals(seen, 0, common, begin, 0, common)) {
            throw new MalformedProxyHeaderException("its first bytes are not a PROXY header");
        }
    }

    private void requireVersion(int version) throws MalformedProxyHeaderException {
        boolean accepted = switch (versions) {
            case V1 -> version == 1;
            case V2 -> version == 2;
            case ANY -> true;
        };
        if (!accepted) {
            throw new MalformedProxyHeaderException(
                    "its PROXY header has version " + version + ", which is not accepted here");
        }
    }
}
