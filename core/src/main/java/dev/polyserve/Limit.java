package dev.polyserve;

/// The limits that a server enforces. Each counts how often it was reached ([ServerStats#reached]); service resumes
/// without intervention.
public enum Limit {
    /// Connections at once, in all.
    CONNECTIONS("connections"),
    /// Connections at once from one address (IPv6: one /64 network).
    CONNECTIONS_PER_ADDRESS("connections per address"),
    /// Connections waiting for a free thread of a pool.
    QUEUE("queue"),
    /// The length of one frame or line.
    FRAME("frame"),
    /// Bytes buffered for one connection.
    BUFFER_PER_CONNECTION("buffer per connection"),
    /// Bytes buffered for all connections.
    BUFFER_TOTAL("buffer in total"),
    /// Bytes that other threads have queued through a connection's [Sender].
    SENDER_QUEUE("sender queue"),
    /// The length of one datagram.
    DATAGRAM("datagram"),
    /// Datagrams that wait for the handler of one session; more are dropped.
    DATAGRAM_QUEUE("datagram queue"),
    /// The wait for a connection's first byte.
    FIRST_BYTE("first byte"),
    /// The time without a byte in either direction.
    IDLE("idle"),
    /// The wait for a peer that takes nothing.
    WRITE_STALL("write stall"),
    /// The length of the whole conversation.
    CONVERSATION("conversation"),
    /// The wait that a handler set for one read.
    READ("read"),
    /// The PROXY header: connections that do not begin with one in time, datagrams without a whole one, or both from a peer that
    /// may not send one.
    PROXY_HEADER("PROXY header"),
    /// The networks from which clients may come ([Options.Access]).
    NETWORK("network"),
    /// Connections accepted a second; more wait in the backlog.
    ACCEPT_RATE("accept rate"),
    /// The bytes a second that a peer sends at least while the rest of a message is awaited.
    MIN_RATE("minimum rate"),
    /// Addresses that are refused for a while, because they broke limits too often ([Options.Ban]).
    BAN("ban"),
    /// The whole handshake of TLS.
    TLS_HANDSHAKE("TLS handshake"),
    /// Handshakes of TLS under way at once; more wait, for a limited time.
    TLS_HANDSHAKES("TLS handshakes"),
    /// The time until an outgoing connection is connected.
    CONNECT("connect");

    private final String label;

    Limit(String label) {
        this.label = label;
    }

    /// Its name in messages.
    public String label() {
        return label;
    }
}
