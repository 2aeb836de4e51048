package dev.polyserve.proxy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/// The text form of IP addresses: no names, no short forms, no leading zeros, no scope.
final class LiteralAddress {
    private static final int OCTETS = 4;
    private static final int MOST_OCTET = 255;

    private LiteralAddress() {}

    /// Four decimal numbers without leading zeros.
    static Optional<InetAddress> v4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != OCTETS) {
            return Optional.empty();
        }
        byte[] octets = new byte[OCTETS];
        for (int i = 0; i < OCTETS; i++) {
            int octet = number(parts[i], MOST_OCTET);
            if (octet < 0) {
                return Optional.empty();
            }
            octets[i] = (byte) octet;
        }
        return Optional.of(of(octets));
    }

    /// Hexadecimal groups with `::` for zeros. An IPv4-mapped address becomes the IPv4 address.
    static Optional<InetAddress> v6(String text) {
        boolean plain = text.indexOf(':') >= 0
                && text.chars().allMatch(c -> c == ':' || c == '.' || (Character.digit(c, 16) >= 0 && c < 128));
        if (!plain) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /// An address from its 4 or 16 bytes.
    static InetAddress of(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("an IP address has 4 or 16 bytes, not " + bytes.length, e);
        }
    }

    /// A decimal number without leading zeros.
    ///
    /// @return -1 if it is none, or more than `most`
    static int number(String digits, int most) {
        boolean plain = !digits.isEmpty() && digits.length() <= 5 && digits.chars().allMatch(c -> c >= '0' && c <= '9')
                && (digits.length() == 1 || digits.charAt(0) != '0');
        int value = plain ? Integer.parseInt(digits) : -1;
        return value <= most ? value : -1;
    }
}
