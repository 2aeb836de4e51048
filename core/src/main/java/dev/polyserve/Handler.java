package dev.polyserve;

/// Serves one connection in sequential style: one client, one conversation, written top to bottom.
///
/// A handler may wait, under every [Model]: on a thread it blocks, on an event loop it is a coroutine of that loop. A
/// lambda is shared by all connections; a class passed as a factory ([ServerBuilder#handler]) gets one instance per
/// connection, so its fields are that connection's state.
///
/// **Grammar**: `setUp handle? finish`. `handle` is skipped when `setUp` threw; `finish` is always called.
///
/// **Thread**: one at a time per connection, with happens-before between the calls.
///
/// **Errors**: every exception ends this connection only, with [Cause.Failed]. If the connection was already over
/// (reset, timed out, stopped), that stays the cause.
@FunctionalInterface
public interface Handler {
    /// Serves the connection; when it returns, the collected output is sent and the connection ends.
    void handle(Connection connection) throws Exception;

    /// Prepares this connection, before [#handle].
    default void setUp(Connection connection) throws Exception {}

    /// Releases what [#setUp] or [#handle] acquired: it is called even after they threw, and before the last bytes are
    /// sent.
    default void finish(Connection connection) throws Exception {}
}
