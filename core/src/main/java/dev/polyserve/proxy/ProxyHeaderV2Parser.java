package dev.polyserve.proxy;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/// Parses version 2 of the PROXY header: a signature, four bytes, the addresses, and fields.
final class ProxyHeaderV2Parser {
    static final byte[] SIGNATURE = {0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A};
    /// The bytes before the addresses.
    static final int FIXED_BYTES = 16;
    static final int V4_BYTES = 12;
    static final int V6_BYTES = 36;
    static final int UNIX_BYTES = 216;
    static final int VERSION_2 = 0x20;
    static final int COMMAND_AT = 12;
    static final int FAMILY_AT = 13;
    static final int LENGTH_AT = 14;
    static final int FIELD_HEAD_BYTES = 3;
    static final int CHECKSUM_BYTES = 4;
    private static final int MOST_ID_BYTES = 128;
    private static final int LOCAL = 0;
    private static final int PROXY = 1;

    private ProxyHeaderV2Parser() {}

    /// Checks the bytes that are there of the fixed part after the signature.
    static void check(byte[] seen, int size) throws MalformedProxyHeaderException {
        if (size > COMMAND_AT && (seen[COMMAND_AT] & 0xF0) != VERSION_2) {
            throw new MalformedProxyHeaderException("its PROXY header has the version "
                    + (seen[COMMAND_AT] >> 4 & 0xF) + " after the signature of version 2");
        }
        if (size > COMMAND_AT && (seen[COMMAND_AT] & 0xF) > PROXY) {
            throw new MalformedProxyHeaderException(
                    "its PROXY header has the unknown command " + (seen[COMMAND_AT] & 0xF));
        }
        boolean unknownFamily = size > FAMILY_AT && hasAddresses(seen)
                && ((seen[FAMILY_AT] >> 4 & 0xF) > 3 || (seen[FAMILY_AT] & 0xF) > 2);
        if (unknownFamily) {
            throw new MalformedProxyHeaderException("its PROXY header has the unknown family and transport 0x"
                    + String.format("%02x", seen[FAMILY_AT] & 0xFF));
        }
        if (size >= FIXED_BYTES && hasAddresses(seen) && length(seen) < addressBytes(seen)) {
            throw new MalformedProxyHeaderException("its PROXY header has " + length(seen)
                    + " bytes for the addresses, which take " + addressBytes(seen));
        }
    }

    /// The bytes after the fixed part.
    static int length(byte[] seen) {
        return unsignedShort(seen, LENGTH_AT);
    }

    private static boolean hasAddresses(byte[] seen) {
        return (seen[COMMAND_AT] & 0xF) == PROXY;
    }

    private static int addressBytes(byte[] seen) {
        return switch (seen[FAMILY_AT] >> 4 & 0xF) {
            case 1 -> V4_BYTES;
            case 2 -> V6_BYTES;
            case 3 -> UNIX_BYTES;
            default -> 0;
        };
    }

    /// Parses a whole header. Of LOCAL, all that follows the command is skipped, as the specification has it in section
    /// 2.2: the family, the addresses, and the fields with their checksum. Of an unspecified family, what follows the
    /// fixed part is skipped. The transport is not compared with that of the connection: the addresses are the same.
    static ProxyHeader parse(byte[] seen, int size) throws MalformedProxyHeaderException {
        if ((seen[COMMAND_AT] & 0xF) == LOCAL) {
            return ProxyHeader.withoutRoute(2, ProxyHeader.Command.LOCAL);
        }
        int addressBytes = addressBytes(seen);
        if (addressBytes == 0) {
            return ProxyHeader.withoutRoute(2, ProxyHeader.Command.PROXY);
        }
        ProxyTlvs fields = checked(seen, FIXED_BYTES + addressBytes, size);
        checkSum(seen, size, FIXED_BYTES + addressBytes);
        boolean unspecified = (seen[FAMILY_AT] & 0xF) == 0;
        return new ProxyHeader(2, ProxyHeader.Command.PROXY,
                unspecified ? Optional.empty() : Optional.of(route(seen, addressBytes)), fields);
    }

    private static ProxyHeader.Route route(byte[] seen, int addressBytes) {
        return switch (addressBytes) {
            case V4_BYTES -> inet(seen, 4);
            case V6_BYTES -> inet(seen, 16);
            default -> new ProxyHeader.Route(unix(seen, FIXED_BYTES), unix(seen, FIXED_BYTES + UNIX_BYTES / 2));
        };
    }

    private static ProxyHeader.Route inet(byte[] seen, int each) {
        int ports = FIXED_BYTES + 2 * each;
        return new ProxyHeader.Route(inet(seen, FIXED_BYTES, each, ports),
                inet(seen, FIXED_BYTES + each, each, ports + 2));
    }

    private static SocketAddress inet(byte[] seen, int at, int each, int portAt) {
        return new InetSocketAddress(LiteralAddress.of(Arrays.copyOfRange(seen, at, at + each)),
                unsignedShort(seen, portAt));
    }

    /// A path of at most 108 bytes that ends before the first zero. One that begins with zero is an abstract name.
    private static SocketAddress unix(byte[] seen, int at) {
        int most = at + UNIX_BYTES / 2;
        boolean isAbstract = seen[at] == 0;
        int end = at + 1;
        while (end < most && seen[end] != 0) {
            end++;
        }
        if (isAbstract && end == at + 1) {
            return UnixDomainSocketAddress.of("");
        }
        String name = new String(seen, isAbstract ? at + 1 : at, end - (isAbstract ? at + 1 : at),
                StandardCharsets.UTF_8);
        try {
            return UnixDomainSocketAddress.of(isAbstract ? "@" + name : name);
        } catch (InvalidPathException e) {
            // No name that this system could show: an unnamed one.
            return UnixDomainSocketAddress.of("");
        }
    }

    /// The fields of a header, each checked, without padding and checksum.
    private static ProxyTlvs checked(byte[] seen, int begin, int end) throws MalformedProxyHeaderException {
        List<ProxyTlvs.Field> kept = new ArrayList<>();
        for (ProxyTlvs.Field field : fields(seen, begin, end, "its PROXY header").all()) {
            check(field);
            if (field.type() != ProxyTlvs.NOOP && field.type() != ProxyTlvs.CRC32C) {
                kept.add(field);
            }
        }
        return new ProxyTlvs(kept);
    }

    /// The fields between two positions.
    ///
    /// @param where the subject of the sentence if one is longer than the rest
    static ProxyTlvs fields(byte[] bytes, int begin, int end, String where) throws MalformedProxyHeaderException {
        List<ProxyTlvs.Field> fields = new ArrayList<>();
        for (int at = begin; at < end;) {
            int length = end - at < FIELD_HEAD_BYTES ? -1 : unsignedShort(bytes, at + 1);
            int next = at + FIELD_HEAD_BYTES + length;
            if (length < 0 || next > end) {
                throw new MalformedProxyHeaderException(where + " has a field that is longer than its rest");
            }
            fields.add(new ProxyTlvs.Field(bytes[at] & 0xFF, Arrays.copyOfRange(bytes, at + FIELD_HEAD_BYTES, next)));
            at = next;
        }
        return new ProxyTlvs(fields);
    }

    private static void check(ProxyTlvs.Field field) throws MalformedProxyHeaderException {
        int length = field.length();
        switch (field.type()) {
            case ProxyTlvs.UNIQUE_ID -> require(length <= MOST_ID_BYTES,
                    "its PROXY header has a unique id of " + length + " bytes, more than " + MOST_ID_BYTES);
            case ProxyTlvs.CRC32C -> require(length == CHECKSUM_BYTES,
                    "its PROXY header has a checksum of " + length + " bytes instead of " + CHECKSUM_BYTES);
            case ProxyTlvs.SSL -> {
                require(length >= ProxySslTlv.FIXED_BYTES, "its PROXY header has an SSL field of " + length
                        + " bytes, less than " + ProxySslTlv.FIXED_BYTES);
                ProxyTlvs _ = fields(field.value(), ProxySslTlv.FIXED_BYTES, length, ProxySslTlv.WHERE);
            }
            default -> {
                // Any bytes are allowed.
            }
        }
    }

    private static void require(boolean right, String otherwise) throws MalformedProxyHeaderException {
        if (!right) {
            throw new MalformedProxyHeaderException(otherwise);
        }
    }

    /// Compares the CRC32C of the header, with zeros in place of the checksum, with that in the field.
    private static void checkSum(byte[] seen, int size, int begin) throws MalformedProxyHeaderException {
        for (int at = begin; at < size;) {
            int value = at + FIELD_HEAD_BYTES;
            if (seen[at] == ProxyTlvs.CRC32C) {
                CRC32C sum = new CRC32C();
                sum.update(seen, 0, value);
                sum.update(new byte[CHECKSUM_BYTES]);
                sum.update(seen, value + CHECKSUM_BYTES, size - value - CHECKSUM_BYTES);
                require(sum.getValue() == read(seen, value), "its PROXY header has a wrong checksum");
            }
            at = value + unsignedShort(seen, at + 1);
        }
    }

    private static int unsignedShort(byte[] bytes, int at) {
        return ((bytes[at] & 0xFF) << 8) | (bytes[at + 1] & 0xFF);
    }

    private static long read(byte[] bytes, int at) {
        return ((long) unsignedShort(bytes, at) << 16) | unsignedShort(bytes, at + 2);
    }
}
