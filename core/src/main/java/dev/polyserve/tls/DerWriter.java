package dev.polyserve.tls;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;

/// Writes the few values of DER (ITU-T X.690) that keys and certificates need.
///
/// **Thread**: any.
final class DerWriter {
    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int OCTET_STRING = 0x04;
    private static final int OBJECT_IDENTIFIER = 0x06;
    private static final int SEQUENCE = 0x30;
    private static final int MOST_SHORT_LENGTH = 0x7f;
    private static final int BASE_128 = 7;

    private DerWriter() {}

    static byte[] sequence(byte[]... parts) {
        return tagged(SEQUENCE, parts);
    }

    static byte[] integer(BigInteger value) {
        return tagged(INTEGER, value.toByteArray());
    }

    static byte[] octets(byte[] content) {
        return tagged(OCTET_STRING, content);
    }

    /// A bit string of whole bytes.
    static byte[] bits(byte[] content) {
        return tagged(BIT_STRING, new byte[1], content);
    }

    /// An object identifier in its dotted form.
    static byte[] identifier(String dotted) {
        String[] arcs = dotted.split("\\.", -1);
        var content = new ByteArrayOutputStream();
        content.write(40 * Integer.parseInt(arcs[0]) + Integer.parseInt(arcs[1]));
        for (int i = 2; i < arcs.length; i++) {
            int arc = Integer.parseInt(arcs[i]);
            for (int shift = (31 - Integer.numberOfLeadingZeros(Math.max(arc, 1))) / BASE_128
                    * BASE_128; shift > 0; shift -= BASE_128) {
                content.write((arc >> shift & MOST_SHORT_LENGTH) | 0x80);
            }
            content.write(arc & MOST_SHORT_LENGTH);
        }
        return tagged(OBJECT_IDENTIFIER, content.toByteArray());
    }

    /// A value with this tag, whose content is the parts one after the other.
    static byte[] tagged(int tag, byte[]... parts) {
        var content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        var whole = new ByteArrayOutputStream();
        whole.write(tag);
        int length = content.size();
        if (length <= MOST_SHORT_LENGTH) {
            whole.write(length);
        } else {
            byte[] digits = BigInteger.valueOf(length).toByteArray();
            int zeros = digits[0] == 0 ? 1 : 0;
            whole.write(0x80 | digits.length - zeros);
            whole.write(digits, zeros, digits.length - zeros);
        }
        whole.writeBytes(content.toByteArray());
        return whole.toByteArray();
    }
}
