package dev.polyserve.conformance;

/// What kind of endpoint a cell of the contract listens at.
public enum EndpointKind {
    /// `tcp://127.0.0.1:0`.
    TCP,
    /// `unix:` and a file in a directory of its own.
    UNIX,
    /// `udp://127.0.0.1:0`.
    UDP
}
