package dev.polyserve;

/// Decides which connections are served: [ServerBuilder#filter]. It is asked after the limits and before the handler, in the process
/// that has accepted the connection.
///
/// **Thread**: the one that accepts, several at once under models with several: be quick and thread-safe.
@FunctionalInterface
public interface ConnectionFilter {
    /// Whether this connection is served; one that is not is closed, and reported by [ServerListener#rejected].
    ///
    /// @throws Exception which is logged, and refuses the connection
    boolean accepts(ConnectionInfo connection) throws Exception;
}
