package dev.polyserve.conformance;

/// The two styles in which a stream handler is written, and the one for datagrams.
public enum Style {
    /// A [dev.polyserve.Handler].
    HANDLER,
    /// A [dev.polyserve.Protocol].
    PROTOCOL,
    /// A [dev.polyserve.DatagramHandler].
    DATAGRAMS
}
