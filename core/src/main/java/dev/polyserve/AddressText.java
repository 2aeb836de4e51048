package dev.polyserve;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;

/// The text form of addresses, without a DNS lookup.
final class AddressText {
    private static final int GROUPS = 8;
    private static final String UNNAMED = "unix";

    private AddressText() {}

    static String of(SocketAddress address) {
        return switch (address) {
            case InetSocketAddress inet when inet.isUnresolved() ->
                EndpointText.hostAndPort(inet.getHostString(), inet.getPort());
            case InetSocketAddress inet -> EndpointText.hostAndPort(of(inet.getAddress()), inet.getPort());
            case UnixDomainSocketAddress unix when unix.getPath().toString().isEmpty() -> UNNAMED;
            case UnixDomainSocketAddress unix -> unix.getPath().toString();
            default -> address.toString();
        };
    }

    /// The shortest form, as in `inet_ntop` and RFC 5952; the JDK writes every zero.
    static String of(InetAddress address) {
        if (!(address instanceof Inet6Address six)) {
            return address.getHostAddress();
        }
        ByteBuffer bytes = ByteBuffer.wrap(six.getAddress());
        int[] groups = new int[GROUPS];
        for (int i = 0; i < GROUPS; i++) {
            groups[i] = Short.toUnsignedInt(bytes.getShort());
        }
        int longest = 0;
        int at = -1;
        for (int begin = 0; begin < GROUPS; begin++) {
            int end = begin;
            while (end < GROUPS && groups[end] == 0) {
                end++;
            }
            if (end - begin > Math.max(1, longest)) {
                longest = end - begin;
                at = begin;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < GROUPS; i++) {
            if (i == at) {
                text.append("::");
                i += longest - 1;
            } else {
                text.append(i == 0 || (at >= 0 && i == at + longest) ? "" : ":").append(Integer.toHexString(groups[i]));
            }
        }
        // Elsewhere an address is unique without its interface.
        boolean needsScope = six.isLinkLocalAddress() && six.getScopeId() != 0;
        return needsScope ? text + "%" + six.getScopeId() : text.toString();
    }
}
