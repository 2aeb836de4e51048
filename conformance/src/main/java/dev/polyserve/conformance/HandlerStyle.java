package dev.polyserve.conformance;

/// The style of a handler: three for streams, one for datagrams.
public enum HandlerStyle {
    /// A [dev.polyserve.Handler].
    HANDLER,
    /// A [dev.polyserve.Protocol].
    PROTOCOL,
    /// A [dev.polyserve.MessageHandler].
    MESSAGES,
    /// A [dev.polyserve.DatagramHandler].
    DATAGRAMS
}
