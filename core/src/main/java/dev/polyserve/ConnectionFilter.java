package dev.polyserve;

/// Decides which connections are served: [ServerBuilder#filter]. It runs after the limits and before the handler, in
/// the process that has accepted the connection.
///
/// **Thread**: the accepting thread, several at once under models with several: be quick and thread-safe.
@FunctionalInterface
public interface ConnectionFilter {
    /// Returns whether this connection is served; a refused one is closed and reported by [ServerListener#rejected].
    ///
    /// @throws Exception to refuse the connection; it is logged
    boolean accepts(ConnectionInfo connection) throws Exception;
}
