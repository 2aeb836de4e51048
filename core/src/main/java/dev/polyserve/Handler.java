package dev.polyserve;

/// What to do with one connection, written top to bottom: one client, one conversation.
///
/// A handler may wait, under every [Model]: on a thread it blocks, on an event loop it is a coroutine of that loop. A lambda
/// is shared by all connections; a class given as a factory ([ServerBuilder#handler]) gets an instance per connection, so
/// that its fields are that connection's state.
///
/// **Grammar**: `setUp handle? finish`. `handle` is left out when `setUp` threw; `finish` always comes.
///
/// **Thread**: one at a time per connection, with happens-before between the calls.
///
/// **Errors**: whatever is thrown ends this connection only, with [Cause.Failed], unless the connection itself was already
/// over (reset, timed out, stopped), which then stays the cause.
@FunctionalInterface
public interface Handler {
    /// Holds the conversation; when it returns, what was written goes out and the connection ends.
    void handle(Connection connection) throws Exception;

    /// Prepares this connection, before [#handle].
    default void setUp(Connection connection) throws Exception {}

    /// Releases what [#setUp] or [#handle] acquired: it runs even when they threw, and before the last bytes go out.
    default void finish(Connection connection) throws Exception {}
}
