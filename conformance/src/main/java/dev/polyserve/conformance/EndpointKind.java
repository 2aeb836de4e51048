package dev.polyserve.conformance;

/// The kind of endpoint of a cell of the contract.
public enum EndpointKind {
    /// `tcp://127.0.0.1:0`.
    TCP,
    /// `unix:` with a file in a new directory.
    UNIX,
    /// `udp://127.0.0.1:0`.
    UDP,
    /// `unixgram:` with a file in a new directory.
    UNIXGRAM,
    /// `tls://127.0.0.1:0`.
    TLS;

    /// Whether its streams are connections of TCP: a client has an address, and can reset.
    boolean isTcp() {
        return this == TCP || this == TLS;
    }
}
