package dev.polyserve.linux.system;

import static dev.polyserve.linux.system.SystemCalls.call;

import java.lang.ref.Reference;
import java.net.SocketAddress;

/// The system calls on sockets: `socket`, `bind`, `listen`, `accept`, `connect`, `send`, `recv`, `setsockopt` and
/// others. Every new socket is non-blocking and closed on `exec`; a lost peer raises no signal.
public final class SocketCalls {
    /// An ordered stream of bytes.
    public static final int STREAM = 1;
    public static final int DATAGRAM = 2;
    /// Ordered packets that preserve their boundaries; the end is reported as for a stream.
    public static final int PACKETS = 5;
    /// For [#shutdown]: ends reading.
    public static final int SHUT_RD = 0;
    /// For [#shutdown]: ends writing.
    public static final int SHUT_WR = 1;
    /// For [#shutdown]: ends both.
    public static final int SHUT_RDWR = 2;

    /// The socket is non-blocking.
    public static final int SOCK_NONBLOCK = 0x800;
    /// The descriptor is closed on `exec`.
    public static final int SOCK_CLOEXEC = 0x80000;
    /// This call is non-blocking.
    public static final int MSG_DONTWAIT = 0x40;
    /// Transfers everything, or as much as fits.
    public static final int MSG_WAITALL = 0x100;
    /// A lost peer raises no signal.
    public static final int MSG_NOSIGNAL = 0x4000;

    static final int SIOCOUTQ = 0x5411;
    /// `SK_MEMINFO_VARS` integers, of which this one is the number of dropped packets.
    static final int MEMINFO_BYTES = 9 * Integer.BYTES;
    static final int MEMINFO_DROPS = 8;
    static final int CREDENTIALS_BYTES = 12;
    static final int PID = 0;
    static final int UID = 4;
    static final int GID = 8;

    private SocketCalls() {}

    /// `socket(2)`.
    ///
    /// @param family as [SocketAddresses#familyOf]
    /// @param type [#STREAM] or [#DATAGRAM]
    public static int socket(SystemCallMemory memory, int family, int type) {
        return (int) call(memory, SystemCallNumber.SOCKET, family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, 0, 0, 0);
    }

    /// `socketpair(2)`: two connected Unix sockets.
    ///
    /// @param type [#STREAM], [#DATAGRAM] or [#PACKETS]
    /// @return the first in the lower half, the second in the upper; or `-errno`
    public static long socketPair(SystemCallMemory memory, int type) {
        long result = call(memory, SystemCallNumber.SOCKETPAIR, SocketAddresses.AF_UNIX,
                type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, memory.wordsAddress(), 0, 0);
        return result < 0 ? result : memory.word(0);
    }

    /// `bind(2)`.
    ///
    /// @param family the address family of the socket
    public static int bind(SystemCallMemory memory, int descriptor, int family, SocketAddress address) {
        int length = SocketAddresses.write(memory.socketAddress(), family, address);
        return (int) call(memory, SystemCallNumber.BIND, descriptor, memory.socketAddressAddress(), length, 0, 0, 0);
    }

    /// `connect(2)`.
    ///
    /// @param family the address family of the socket
    public static int connect(SystemCallMemory memory, int descriptor, int family, SocketAddress address) {
        int length = SocketAddresses.write(memory.socketAddress(), family, address);
        return (int) call(memory, SystemCallNumber.CONNECT, descriptor, memory.socketAddressAddress(), length, 0, 0, 0);
    }

    public static int listen(SystemCallMemory memory, int descriptor, int backlog) {
        return (int) call(memory, SystemCallNumber.LISTEN, descriptor, backlog, 0, 0, 0, 0);
    }

    /// `accept4(2)`; the peer's address is then [#lastAddress].
    public static int accept(SystemCallMemory memory, int descriptor) {
        memory.half(0, SocketAddresses.LONGEST_BYTES);
        return (int) call(memory, SystemCallNumber.ACCEPT4, descriptor, memory.socketAddressAddress(),
                memory.wordsAddress(), SOCK_NONBLOCK | SOCK_CLOEXEC, 0, 0);
    }

    /// `getsockname(2)`; the address is then [#lastAddress].
    public static int getSockName(SystemCallMemory memory, int descriptor) {
        memory.half(0, SocketAddresses.LONGEST_BYTES);
        return (int) call(memory, SystemCallNumber.GETSOCKNAME, descriptor, memory.socketAddressAddress(),
                memory.wordsAddress(), 0, 0, 0);
    }

    /// `getpeername(2)`; the address is then [#lastAddress].
    public static int getPeerName(SystemCallMemory memory, int descriptor) {
        memory.half(0, SocketAddresses.LONGEST_BYTES);
        return (int) call(memory, SystemCallNumber.GETPEERNAME, descriptor, memory.socketAddressAddress(),
                memory.wordsAddress(), 0, 0, 0);
    }

    /// Returns the address that the last call with this memory has stored.
    public static SocketAddress lastAddress(SystemCallMemory memory) {
        return SocketAddresses.read(memory.socketAddress(), memory.half(0));
    }

    /// `recv(2)` into the memory; [SystemCallMemory#copyTo] copies the bytes from there.
    public static int receive(SystemCallMemory memory, int descriptor, int atMostBytes) {
        return (int) call(memory, SystemCallNumber.RECVFROM, descriptor, memory.transferAddress(), atMostBytes, 0, 0,
                0);
    }

    /// `recvfrom(2)`, like [#receive]; the sender is then [#lastAddress].
    public static int receiveFrom(SystemCallMemory memory, int descriptor, int atMostBytes) {
        memory.half(0, SocketAddresses.LONGEST_BYTES);
        return (int) call(memory, SystemCallNumber.RECVFROM, descriptor, memory.transferAddress(), atMostBytes, 0,
                memory.socketAddressAddress(), memory.wordsAddress());
    }

    /// `send(2)` of the first bytes of the memory, stored there by [SystemCallMemory#copyFrom].
    public static int send(SystemCallMemory memory, int descriptor, int bytes) {
        return (int) call(memory, SystemCallNumber.SENDTO, descriptor, memory.transferAddress(), bytes, MSG_NOSIGNAL, 0,
                0);
    }

    /// `sendto(2)`, like [#send].
    ///
    /// @param family the address family of the socket
    public static int sendTo(SystemCallMemory memory, int descriptor, int bytes, int family, SocketAddress to) {
        int length = SocketAddresses.write(memory.socketAddress(), family, to);
        return (int) call(memory, SystemCallNumber.SENDTO, descriptor, memory.transferAddress(), bytes, MSG_NOSIGNAL,
                memory.socketAddressAddress(), length);
    }

    public static int shutdown(SystemCallMemory memory, int descriptor, int how) {
        return (int) call(memory, SystemCallNumber.SHUTDOWN, descriptor, how, 0, 0, 0, 0);
    }

    /// `setsockopt(2)` of an integer option.
    public static int setOption(SystemCallMemory memory, int descriptor, IntSocketOption option, int value) {
        memory.half(0, value);
        return (int) call(memory, SystemCallNumber.SETSOCKOPT, descriptor, option.level, option.number,
                memory.wordsAddress(), 4, 0);
    }

    /// `setsockopt(2)` that makes `close(2)` reset the connection.
    ///
    /// ```c
    /// struct linger { int l_onoff; int l_linger; };
    /// ```
    public static int lingerNot(SystemCallMemory memory, int descriptor) {
        memory.half(0, 1);
        memory.half(1, 0);
        return (int) call(memory, SystemCallNumber.SETSOCKOPT, descriptor, IntSocketOption.SO_LINGER.level,
                IntSocketOption.SO_LINGER.number, memory.wordsAddress(), 8, 0);
    }

    /// `getsockopt(2)` of the peer process's credentials; [#pid], [#uid] and [#gid] then return them.
    ///
    /// ```c
    /// struct ucred { pid_t pid; uid_t uid; gid_t gid; };  // 12 bytes
    /// ```
    public static int peerCredentials(SystemCallMemory memory, int descriptor) {
        memory.half(CREDENTIALS_BYTES / 4, CREDENTIALS_BYTES);
        return (int) call(memory, SystemCallNumber.GETSOCKOPT, descriptor, IntSocketOption.SO_PEERCRED.level,
                IntSocketOption.SO_PEERCRED.number, memory.wordsAddress(), memory.wordsAddress() + CREDENTIALS_BYTES,
                0);
    }

    /// Returns the process number of the peer, 0 when it is not visible.
    public static int pid(SystemCallMemory memory) {
        return memory.half(PID / 4);
    }

    /// Returns the user of the peer process.
    public static long uid(SystemCallMemory memory) {
        return Integer.toUnsignedLong(memory.half(UID / 4));
    }

    /// Returns the group of the peer process.
    public static long gid(SystemCallMemory memory) {
        return Integer.toUnsignedLong(memory.half(GID / 4));
    }

    /// `ioctl(2)`, `SIOCOUTQ`: the number of bytes of a TCP connection that the peer has not acknowledged; the end
    /// counts as one (`tcp(7)`).
    public static int unacknowledged(SystemCallMemory memory, int descriptor) {
        memory.half(0, 0);
        int result = (int) call(memory, SystemCallNumber.IOCTL, descriptor, SIOCOUTQ, memory.wordsAddress(), 0, 0, 0);
        return result < 0 ? result : memory.half(0);
    }

    /// `getsockopt(2)` of a TCP connection's counters.
    public static int tcpInfo(SystemCallMemory memory, int descriptor, TcpInfo info) {
        memory.half(0, TcpInfo.BYTES);
        try {
            int result = (int) call(memory, SystemCallNumber.GETSOCKOPT, descriptor, IntSocketOption.TCP_INFO.level,
                    IntSocketOption.TCP_INFO.number, info.address(), memory.wordsAddress(), 0);
            info.told(result < 0 ? 0 : memory.half(0));
            return result;
        } finally {
            // An address does not keep the object reachable, and the system writes to it.
            Reference.reachabilityFence(info);
        }
    }

    /// `getsockopt(2)` of the number of packets that a socket has dropped: for a listener, the attempts to connect for which
    /// its backlog had no room.
    ///
    /// @return it, or `-errno`
    public static long drops(SystemCallMemory memory, int descriptor) {
        memory.half(0, MEMINFO_BYTES);
        long result = call(memory, SystemCallNumber.GETSOCKOPT, descriptor, IntSocketOption.SO_MEMINFO.level,
                IntSocketOption.SO_MEMINFO.number, memory.wordsAddress() + 4, memory.wordsAddress(), 0);
        if (result < 0) {
            return result;
        }
        return memory.half(0) < MEMINFO_BYTES
                ? -Errno.EINVAL
                : Integer.toUnsignedLong(memory.half(1 + MEMINFO_DROPS));
    }

    /// `getsockopt(2)` of an integer option.
    ///
    /// @return its value, or `-errno`
    public static int getOption(SystemCallMemory memory, int descriptor, IntSocketOption option) {
        memory.half(0, 0);
        memory.half(1, 4);
        long result = call(memory, SystemCallNumber.GETSOCKOPT, descriptor, option.level, option.number,
                memory.wordsAddress(), memory.wordsAddress() + 4, 0);
        return result < 0 ? (int) result : memory.half(0);
    }
}
