package dev.polyserve.linux.system;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The local address of a datagram in a control message: its destination, or the source of a reply (`ip(7)`,
/// IP_PKTINFO; `ipv6(7)`, IPV6_PKTINFO). All other code represents it as a socket address.
///
/// ```c
/// struct in_pktinfo  { int ipi_ifindex; struct in_addr ipi_spec_dst; struct in_addr ipi_addr; };  // 12 bytes
/// struct in6_pktinfo { struct in6_addr ipi6_addr; unsigned ipi6_ifindex; };                       // 20 bytes
/// ```
final class PacketInfo {
    static final int INET_BYTES = 12;
    static final int INET_SOURCE = 4;
    static final int INET6_BYTES = 20;
    static final int INET6_ADDRESS = 0;
    static final int INET6_INTERFACE = 16;

    private static final int INET6_ADDRESS_BYTES = 16;
    private static final byte MULTICAST = (byte) 0xff;
    private static final byte LINK_LOCAL = (byte) 0xfe;
    private static final int LINK_LOCAL_MASK = 0xc0;
    private static final byte LINK_LOCAL_SECOND = (byte) 0x80;

    private PacketInfo() {}

    /// Writes the destination of a datagram as a socket address. IPv4 destinations keep their family on an IPv6 socket,
    /// too. For an IPv4 broadcast or multicast it is the interface's address, from which a reply can be sent.
    ///
    /// @param port the port of the socket
    /// @return its length; 0 when no address was received from which a reply can be sent
    static int name(MemorySegment controls, long at, long bytes, int port, MemorySegment into) {
        long inet = AncillaryData.find(controls, at, bytes, IntSocketOption.IP_PKTINFO, INET_BYTES);
        if (inet != AncillaryData.NONE) {
            SocketAddresses.begin(into, SocketAddresses.AF_INET, port);
            MemorySegment.copy(controls, inet + INET_SOURCE, into, SocketAddresses.INET_ADDRESS, Integer.BYTES);
            into.set(ValueLayout.JAVA_LONG_UNALIGNED, SocketAddresses.INET_ADDRESS + Integer.BYTES, 0);
            return SocketAddresses.INET_BYTES;
        }
        long inet6 = AncillaryData.find(controls, at, bytes, IntSocketOption.IPV6_PKTINFO, INET6_BYTES);
        if (inet6 == AncillaryData.NONE || controls.get(ValueLayout.JAVA_BYTE, inet6) == MULTICAST) {
            return 0;
        }
        SocketAddresses.begin(into, SocketAddresses.AF_INET6, port);
        into.set(ValueLayout.JAVA_INT, SocketAddresses.INET6_FLOW, 0);
        MemorySegment.copy(controls, inet6 + INET6_ADDRESS, into, SocketAddresses.INET6_ADDRESS, INET6_ADDRESS_BYTES);
        into.set(ValueLayout.JAVA_INT, SocketAddresses.INET6_SCOPE, isLinkLocal(controls, inet6)
                ? controls.get(ValueLayout.JAVA_INT, inet6 + INET6_INTERFACE)
                : 0);
        return SocketAddresses.INET6_BYTES;
    }

    /// Returns true for a link-local address, which is valid only together with its interface.
    private static boolean isLinkLocal(MemorySegment controls, long address) {
        return controls.get(ValueLayout.JAVA_BYTE, address) == LINK_LOCAL
                && (byte) (controls.get(ValueLayout.JAVA_BYTE, address + 1) & LINK_LOCAL_MASK) == LINK_LOCAL_SECOND;
    }

    /// Writes the control message that sends a datagram from a socket address. The routing table chooses the interface,
    /// except for a link-local address.
    ///
    /// @return the length of the control messages in bytes
    static int control(MemorySegment name, MemorySegment into, long at) {
        if (name.get(ValueLayout.JAVA_SHORT, SocketAddresses.FAMILY) == SocketAddresses.AF_INET) {
            long data = AncillaryData.begin(into, at, IntSocketOption.IP_PKTINFO, INET_BYTES);
            into.asSlice(data, INET_BYTES).fill((byte) 0);
            MemorySegment.copy(name, SocketAddresses.INET_ADDRESS, into, data + INET_SOURCE, Integer.BYTES);
            return AncillaryData.space(INET_BYTES);
        }
        long data = AncillaryData.begin(into, at, IntSocketOption.IPV6_PKTINFO, INET6_BYTES);
        MemorySegment.copy(name, SocketAddresses.INET6_ADDRESS, into, data + INET6_ADDRESS, INET6_ADDRESS_BYTES);
        into.set(ValueLayout.JAVA_INT, data + INET6_INTERFACE,
                name.get(ValueLayout.JAVA_INT, SocketAddresses.INET6_SCOPE));
        return AncillaryData.space(INET6_BYTES);
    }
}
