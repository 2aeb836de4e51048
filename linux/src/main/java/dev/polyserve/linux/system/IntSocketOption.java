package dev.polyserve.linux.system;

/// Socket options with an integer value, the same on x86-64 and aarch64.
public enum IntSocketOption {
    /// Allows binding an address while connections of its previous owner are still closing.
    SO_REUSEADDR(1, 2),
    /// The type of the socket; this option and the next two are read-only.
    SO_TYPE(1, 3),
    /// True when the socket listens.
    SO_ACCEPTCONN(1, 30),
    /// Its address family.
    SO_DOMAIN(1, 39),
    /// The size of the send buffer; the system doubles the given value.
    SO_SNDBUF(1, 7),
    /// The size of the receive buffer; likewise.
    SO_RCVBUF(1, 8),
    /// Probes silent connections. Accepted connections inherit this and the other TCP options from their listener.
    SO_KEEPALIVE(1, 9),
    /// Seconds of silence before the first probe.
    TCP_KEEPIDLE(6, 4),
    /// Seconds between probes.
    TCP_KEEPINTVL(6, 5),
    /// The number of unanswered probes after which the connection is lost.
    TCP_KEEPCNT(6, 6),
    /// The system's counters of a connection: a structure and not an integer, for [SocketCalls#tcpInfo].
    TCP_INFO(6, 11),
    /// The number of seconds for which a connection without data is not accepted.
    TCP_DEFER_ACCEPT(6, 9),
    /// The number of milliseconds without acknowledgement after which the connection is lost.
    TCP_USER_TIMEOUT(6, 18),
    /// Whether and how long closing waits for sent data: a structure and not an integer, for [SocketCalls#lingerNot].
    SO_LINGER(1, 13),
    /// The credentials of the peer process: a structure and not an integer, for [SocketCalls#peerCredentials].
    SO_PEERCRED(1, 17),
    /// Sends small writes at once. Accepted connections inherit it from their listener.
    TCP_NODELAY(6, 1),
    /// The memory that it uses, and what it has dropped: an array of integers, for [SocketCalls#drops] (Linux 4.12).
    SO_MEMINFO(1, 55),
    /// Restricts an IPv6 socket to IPv6.
    IPV6_V6ONLY(41, 26),
    /// Leaves the choice of the local port to the connect (Linux 4.2).
    IP_BIND_ADDRESS_NO_PORT(0, 24),
    /// Reports the destination address with each datagram; also the type of that control message.
    IP_PKTINFO(0, 8),
    /// The same for IPv6, as a socket option.
    IPV6_RECVPKTINFO(41, 49),
    /// The type of its control message.
    IPV6_PKTINFO(41, 50),
    /// The size of the segments into which one send is cut; also the type of a control message (Linux 4.18).
    UDP_SEGMENT(17, 103),
    /// Delivers datagrams of one sender joined, with their length in a control message of this type (Linux 5.0).
    UDP_GRO(17, 104);

    final int level;
    final int number;

    IntSocketOption(int level, int number) {
        this.level = level;
        this.number = number;
    }
}
