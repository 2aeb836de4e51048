package dev.polyserve;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A set of IP networks, as in `10.0.0.0/8,192.168.1.7,2001:db8::/32`, or every address.
///
/// IPv4 and IPv4-mapped IPv6 addresses are the same. Immutable; two with the same networks in the same order are equal.
///
/// **Thread**: any.
public final class Networks {
    private static final String ANY = "any";
    private static final int V4_BYTES = 4;
    private static final int V6_BYTES = 16;
    private static final int V4_BITS = 32;
    private static final int V6_BITS = 128;
    private static final Networks NONE = new Networks(List.of(), false);
    private static final Networks EVERY = new Networks(List.of(), true);

    private final List<Network> all;
    private final boolean any;

    private Networks(List<Network> all, boolean any) {
        this.all = List.copyOf(all);
        this.any = any;
    }

    /// No address at all.
    public static Networks none() {
        return NONE;
    }

    /// Every address, also that of a Unix peer.
    public static Networks any() {
        return EVERY;
    }

    /// The network of an address, whose bits beyond the prefix do not matter.
    ///
    /// @param bits the length of the prefix, of the address's 32 or 128 bits
    public static Networks of(InetAddress address, int bits) {
        return new Networks(List.of(Network.of(address, bits)), false);
    }

    /// Reads networks between commas; `any` stands for every address. A network is an address, or an address and the length of its prefix, whose
    /// other bits are zero.
    ///
    /// @throws IllegalArgumentException with one sentence: which network is wrong, and why
    public static Networks parse(String text) {
        Networks all = NONE;
        for (String each : text.split(",", -1)) {
            String one = each.strip();
            all = all.and(one.equals(ANY) ? EVERY : new Networks(List.of(Network.parse(one)), false));
        }
        return all;
    }

    /// Those of both.
    public Networks and(Networks others) {
        List<Network> both = new ArrayList<>(all);
        both.addAll(others.all);
        return new Networks(both, any || others.any);
    }

    /// Whether there is no address in it.
    public boolean isEmpty() {
        return all.isEmpty() && !any;
    }

    /// Whether the peer is in one of the networks. A Unix peer is in [#any] only.
    public boolean contains(SocketAddress peer) {
        return longestPrefix(peer) >= 0;
    }

    /// The length of the longest prefix that contains the peer, counted in bits of an IPv6 address (an IPv4 prefix is 96
    /// bits longer there); -1 if none does.
    public int longestPrefix(SocketAddress peer) {
        int longest = any ? 0 : -1;
        if (peer instanceof InetSocketAddress inet && !inet.isUnresolved()) {
            byte[] address = inet.getAddress().getAddress();
            for (Network network : all) {
                if (network.bits > longest && network.contains(address)) {
                    longest = network.bits;
                }
            }
        }
        return longest;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Networks that && any == that.any && all.equals(that.all);
    }

    @Override
    public int hashCode() {
        return Objects.hash(any, all);
    }

    /// The text that [#parse] reads; empty if there is no network.
    @Override
    public String toString() {
        return Stream.concat(any ? Stream.of(ANY) : Stream.empty(), all.stream().map(Network::toString))
                .collect(Collectors.joining(","));
    }

    /// One network.
    private static final class Network {
        /// 16 bytes, with IPv4 as IPv4-mapped.
        private final byte[] prefix;
        private final int bits;
        private final String text;

        private Network(byte[] prefix, int bits, String text) {
            this.prefix = prefix;
            this.bits = bits;
            this.text = text;
        }

        static Network of(InetAddress address, int bits) {
            byte[] bytes = address.getAddress();
            int all = bytes.length * Byte.SIZE;
            if (bits < 0 || bits > all) {
                throw bad(AddressText.of(address) + "/" + bits, "the prefix is not a number from 0 to " + all);
            }
            for (int bit = bits; bit < all; bit++) {
                bytes[bit >> 3] &= (byte) ~(0x80 >> (bit & 7));
            }
            try {
                return new Network(mapped(bytes), bits + V6_BITS - all,
                        AddressText.of(InetAddress.getByAddress(bytes)) + "/" + bits);
            } catch (UnknownHostException e) {
                throw new IllegalStateException("an address has 4 or 16 bytes", e);
            }
        }

        static Network parse(String text) {
            int slash = text.indexOf('/');
            InetAddress address = address(text, slash < 0 ? text : text.substring(0, slash));
            boolean four = text.indexOf(':') < 0;
            int most = four ? V4_BITS : V6_BITS;
            int length = slash < 0 ? most : length(text, text.substring(slash + 1), most);
            byte[] prefix = mapped(address.getAddress());
            int bits = length + V6_BITS - most;
            for (int bit = bits; bit < V6_BITS; bit++) {
                if ((prefix[bit >> 3] & 0x80 >> (bit & 7)) != 0) {
                    throw bad(text, "the address has bits beyond its prefix of " + length);
                }
            }
            return new Network(prefix, bits, text.substring(0, slash < 0 ? text.length() : slash) + "/" + length);
        }

        private static InetAddress address(String whole, String text) {
            // Not the short and octal forms that the JDK reads, too.
            boolean plain = text
                    .matches("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
            try {
                return InetAddress.ofLiteral(plain ? text : "");
            } catch (IllegalArgumentException e) {
                throw bad(whole, "'" + text + "' is not an IPv4 or IPv6 address");
            }
        }

        private static int length(String whole, String digits, int most) {
            if (!digits.matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(digits) > most) {
                throw bad(whole, "the prefix '" + digits + "' is not a number from 0 to " + most);
            }
            return Integer.parseInt(digits);
        }

        private static byte[] mapped(byte[] address) {
            if (address.length == V6_BYTES) {
                return address;
            }
            byte[] mapped = new byte[V6_BYTES];
            mapped[V6_BYTES - V4_BYTES - 2] = (byte) 0xFF;
            mapped[V6_BYTES - V4_BYTES - 1] = (byte) 0xFF;
            System.arraycopy(address, 0, mapped, V6_BYTES - V4_BYTES, V4_BYTES);
            return mapped;
        }

        private static IllegalArgumentException bad(String text, String why) {
            return new IllegalArgumentException("bad network '" + text + "': " + why);
        }

        /// @param address of 4 or 16 bytes
        boolean contains(byte[] address) {
            byte[] candidate = mapped(address);
            int whole = bits >> 3;
            int mask = 0xFF00 >> (bits & 7) & 0xFF;
            return Arrays.equals(prefix, 0, whole, candidate, 0, whole)
                    && (mask == 0 || (prefix[whole] & mask) == (candidate[whole] & mask));
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Network that && bits == that.bits && Arrays.equals(prefix, that.prefix);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(prefix) + bits;
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
