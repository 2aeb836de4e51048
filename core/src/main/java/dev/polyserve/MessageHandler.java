package dev.polyserve;

/// Handles the messages of one connection, one at a time: [ServerBuilder#messages].
///
/// A handler may wait, under every [Model]. Between two messages the connection occupies no thread and, on an event
/// loop, no coroutine: an idle connection costs as little as that of a [Protocol]. Under the threaded models the
/// handler runs on the connection's thread.
///
/// Replies are collected. They are sent when no further message has arrived, on an event loop also when the next
/// handler waits, or with [Output#flush]. A lambda is shared by all connections; a factory
/// ([ServerBuilder#messageHandler]) creates one instance per connection, so its fields are that connection's state.
///
/// **Grammar**: `opened handle* ended? closed`. After an exception or [Output#close], only `closed` follows.
///
/// **Thread**: one at a time per connection, with happens-before between the calls, unless
/// [ServerBuilder#inFlight(int)] allows more. Consecutive calls may run on different threads.
///
/// **Errors**: every exception ends this connection only, with [Cause.Failed].
///
/// @param <T> the type of the messages
@FunctionalInterface
public interface MessageHandler<T> {
    /// Handles one message, and may write replies to `client`, which is valid only during the call and on its thread.
    void handle(T message, Output client) throws Exception;

    /// The connection is open; a greeting may be written.
    default void opened(Output client) throws Exception {}

    /// The peer has ended its side, and every message before that is handled. When this returns, the collected output
    /// is sent and the connection ends.
    default void ended(Output client) throws Exception {}

    /// The connection is over: called exactly once, and last.
    default void closed(Cause cause) {}
}
