package dev.polyserve.linux.system;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;

/// Socket addresses in the system's layout.
///
/// ```c
/// struct sockaddr_in  { u16 family; be16 port; u8 addr[4]; u8 zero[8]; };                            // 16 bytes
/// struct sockaddr_in6 { u16 family; be16 port; be32 flowinfo; u8 addr[16]; u32 scope_id; };          // 28 bytes
/// struct sockaddr_un  { u16 family; char path[108]; };                                               // 110 bytes
/// ```
///
/// An abstract Unix address (a name that is not a file; its first byte is zero) is represented by a path that begins
/// with `@`. For a file with a name that begins with `@`, the path begins with `./@`.
public final class SocketAddresses {
    public static final int AF_UNIX = 1;
    public static final int AF_INET = 2;
    /// IPv6, and IPv4 through mapped addresses.
    public static final int AF_INET6 = 10;

    static final int INET_BYTES = 16;
    static final int INET6_BYTES = 28;
    static final int UNIX_BYTES = 110;
    static final int LONGEST_BYTES = 112;

    static final int FAMILY = 0;
    static final int PORT = 2;
    static final int INET_ADDRESS = 4;
    static final int INET6_FLOW = 4;
    static final int INET6_ADDRESS = 8;
    static final int INET6_SCOPE = 24;
    static final int UNIX_PATH = 2;

    private static final ValueLayout.OfShort BIG_ENDIAN = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int MAPPED_MARK_AT = 10;
    private static final byte ABSTRACT = '@';

    private SocketAddresses() {}

    public static int familyOf(SocketAddress address) {
        return switch (address) {
            case InetSocketAddress inet -> inet.getAddress() instanceof Inet4Address ? AF_INET : AF_INET6;
            case UnixDomainSocketAddress _ -> AF_UNIX;
            default -> throw new IllegalArgumentException("no address of a socket: " + address);
        };
    }

    /// Writes the family and the port of an Internet address.
    static void begin(MemorySegment into, int family, int port) {
        into.set(ValueLayout.JAVA_SHORT, FAMILY, (short) family);
        into.set(BIG_ENDIAN, PORT, (short) port);
    }

    /// Writes the address in the form for a socket of that family: an IPv6 socket takes IPv4 addresses as mapped ones.
    ///
    /// @return its length
    static int write(MemorySegment into, int family, SocketAddress address) {
        into.set(ValueLayout.JAVA_SHORT, FAMILY, (short) family);
        return switch (address) {
            case InetSocketAddress inet -> writeInet(into, family, inet);
            case UnixDomainSocketAddress unix -> writeUnix(into, unix);
            default -> throw new IllegalArgumentException("no address of a socket: " + address);
        };
    }

    private static int writeInet(MemorySegment into, int family, InetSocketAddress inet) {
        InetAddress host = inet.getAddress();
        if (host == null) {
            throw new IllegalArgumentException("the host of " + inet + " was not looked up");
        }
        into.set(BIG_ENDIAN, PORT, (short) inet.getPort());
        byte[] bytes = host.getAddress();
        if (family == AF_INET) {
            if (bytes.length != 4) {
                throw new IllegalArgumentException("an IPv4 socket cannot send to " + inet);
            }
            MemorySegment.copy(bytes, 0, into, ValueLayout.JAVA_BYTE, INET_ADDRESS, bytes.length);
            into.set(ValueLayout.JAVA_LONG_UNALIGNED, INET_ADDRESS + 4, 0);
            return INET_BYTES;
        }
        into.asSlice(INET6_FLOW, INET6_BYTES - INET6_FLOW).fill((byte) 0);
        if (bytes.length == 4) {
            if (!host.isAnyLocalAddress()) {
                into.set(ValueLayout.JAVA_SHORT_UNALIGNED, INET6_ADDRESS + MAPPED_MARK_AT, (short) -1);
            }
            MemorySegment.copy(bytes, 0, into, ValueLayout.JAVA_BYTE, INET6_ADDRESS + 12, bytes.length);
        } else {
            MemorySegment.copy(bytes, 0, into, ValueLayout.JAVA_BYTE, INET6_ADDRESS, bytes.length);
        }
        into.set(ValueLayout.JAVA_INT, INET6_SCOPE, host instanceof Inet6Address six ? six.getScopeId() : 0);
        return INET6_BYTES;
    }

    private static int writeUnix(MemorySegment into, UnixDomainSocketAddress unix) {
        byte[] path = UnixSocketPathEncoding.bytes(unix.getPath());
        if (path.length > UNIX_BYTES - UNIX_PATH - 1) {
            throw new IllegalArgumentException("a Unix socket's path may have " + (UNIX_BYTES - UNIX_PATH - 1)
                    + " bytes, and this one has " + path.length + ": " + unix);
        }
        MemorySegment.copy(path, 0, into, ValueLayout.JAVA_BYTE, UNIX_PATH, path.length);
        if (path.length > 0 && path[0] == ABSTRACT) {
            into.set(ValueLayout.JAVA_BYTE, UNIX_PATH, (byte) 0);
            return UNIX_PATH + path.length;
        }
        into.set(ValueLayout.JAVA_BYTE, UNIX_PATH + path.length, (byte) 0);
        return UNIX_PATH + path.length + 1;
    }

    /// Reads an address of this length. An unnamed address, and an abstract one that cannot be decoded, have an empty
    /// path.
    static SocketAddress read(MemorySegment from, int length) {
        if (length < UNIX_PATH) {
            return UnixDomainSocketAddress.of("");
        }
        return switch (from.get(ValueLayout.JAVA_SHORT, FAMILY)) {
            case AF_INET -> inet(from, INET_ADDRESS, 4, 0);
            case AF_INET6 -> inet(from, INET6_ADDRESS, 16, from.get(ValueLayout.JAVA_INT, INET6_SCOPE));
            case AF_UNIX -> unix(from, Math.min(length, UNIX_BYTES));
            default -> throw new IllegalArgumentException(
                    "no address of a socket: family " + from.get(ValueLayout.JAVA_SHORT, FAMILY));
        };
    }

    private static InetSocketAddress inet(MemorySegment from, int at, int bytes, int scope) {
        try {
            byte[] raw = from.asSlice(at, bytes).toArray(ValueLayout.JAVA_BYTE);
            InetAddress host = InetAddress.getByAddress(raw);
            if (host instanceof Inet6Address && scope != 0) {
                host = Inet6Address.getByAddress(null, raw, scope);
            }
            return new InetSocketAddress(host, Short.toUnsignedInt(from.get(BIG_ENDIAN, PORT)));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 and 16 bytes are addresses", e);
        }
    }

    private static UnixDomainSocketAddress unix(MemorySegment from, int length) {
        if (length <= UNIX_PATH) {
            return UnixSocketPathEncoding.address("", new byte[0]);
        }
        byte first = from.get(ValueLayout.JAVA_BYTE, UNIX_PATH);
        if (first == 0) {
            byte[] bytes = bytes(from, UNIX_PATH + 1, length);
            String name = UnixSocketPathEncoding.text(bytes);
            return UnixSocketPathEncoding.address(name.isEmpty() || name.indexOf('\0') >= 0 ? "" : "@" + name, bytes);
        }
        int end = UNIX_PATH;
        while (end < length && from.get(ValueLayout.JAVA_BYTE, end) != 0) {
            end++;
        }
        byte[] bytes = bytes(from, UNIX_PATH, end);
        return UnixSocketPathEncoding.address((first == ABSTRACT ? "./" : "") + UnixSocketPathEncoding.text(bytes),
                bytes);
    }

    private static byte[] bytes(MemorySegment from, int begin, int end) {
        return from.asSlice(begin, end - begin).toArray(ValueLayout.JAVA_BYTE);
    }
}
