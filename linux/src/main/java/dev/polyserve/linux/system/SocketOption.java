package dev.polyserve.linux.system;

/// Socket options whose value is a number, the same on x86-64 and aarch64.
public enum SocketOption {
    /// An address may be taken while connections of its last owner still end.
    SO_REUSEADDR(1, 2),
    /// What kind of socket it is; this and the next two can only be asked.
    SO_TYPE(1, 3),
    /// Whether it listens.
    SO_ACCEPTCONN(1, 30),
    /// Its address family.
    SO_DOMAIN(1, 39),
    /// The size of the send buffer; the system doubles what is asked.
    SO_SNDBUF(1, 7),
    /// The size of the receive buffer; likewise.
    SO_RCVBUF(1, 8),
    /// Silent connections are probed. This and the rest of TCP, accepted connections inherit from their listener.
    SO_KEEPALIVE(1, 9),
    /// Seconds of silence before the first probe.
    TCP_KEEPIDLE(6, 4),
    /// Seconds between probes.
    TCP_KEEPINTVL(6, 5),
    /// How many unanswered probes lose the connection.
    TCP_KEEPCNT(6, 6),
    /// What the system knows of a connection: no number but a structure, for [SocketCalls#tcpInfo].
    TCP_INFO(6, 11),
    /// For how many seconds a connection without a byte is not accepted.
    TCP_DEFER_ACCEPT(6, 9),
    /// Milliseconds without acknowledgement that lose the connection.
    TCP_USER_TIMEOUT(6, 18),
    /// Whether and for how long closing waits for what was sent: no number but a structure, for [SocketCalls#lingerNot].
    SO_LINGER(1, 13),
    /// Who has connected: no number but a structure, for [SocketCalls#peerCredentials].
    SO_PEERCRED(1, 17),
    /// Small writes are sent at once. Accepted connections inherit it from their listener.
    TCP_NODELAY(6, 1),
    /// An IPv6 socket is for IPv6 only.
    IPV6_V6ONLY(41, 26),
    /// With each datagram comes the address that it was sent to; also the type of that control message.
    IP_PKTINFO(0, 8),
    /// The same for IPv6, as a socket option.
    IPV6_RECVPKTINFO(41, 49),
    /// The type of its control message.
    IPV6_PKTINFO(41, 50),
    /// Into pieces of how many bytes what is sent at once is cut; also a control message's type (Linux 4.18).
    UDP_SEGMENT(17, 103),
    /// Datagrams of one sender come joined, with the length of each in a control message of this type (Linux 5.0).
    UDP_GRO(17, 104);

    final int level;
    final int number;

    SocketOption(int level, int number) {
        this.level = level;
        this.number = number;
    }
}
