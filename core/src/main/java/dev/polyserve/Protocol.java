package dev.polyserve;

/// Serves one connection in event style (sans-I/O): bytes in, bytes out, no waiting.
///
/// An event loop calls it directly, without a thread or coroutine of its own; under the threaded models its thread
/// pumps it. A factory creates one instance per connection, so its fields are that connection's state.
///
/// **Grammar**: `opened (received | drained)* (ended drained*)? closed`.
///
/// **Thread**: one at a time per connection, never re-entered, with happens-before between the calls.
///
/// **Errors**: every exception ends this connection only, with [Cause.Failed].
@FunctionalInterface
public interface Protocol {
    /// Bytes arrived: `input` holds everything not yet consumed. What is left is offered again with more, up to the
    /// limit of bytes buffered per connection, and a last time when the peer has ended ([Input#ended]).
    ///
    /// It is not called while more than the high-water mark waits to be sent.
    void received(Input input, Output output) throws Exception;

    /// The connection is open; a greeting may be written.
    default void opened(Output output) throws Exception {}

    /// Output above the high-water mark has been sent: a producer of much output writes its next part.
    default void drained(Output output) throws Exception {}

    /// The peer ended its side. By default the connection closes after everything written is sent; an override calls
    /// [Output#close] when done.
    default void ended(Output output) throws Exception {
        output.close();
    }

    /// The connection is over: called exactly once, and last.
    default void closed(Cause cause) {}

    /// Returns a protocol that calls `onMessage` once per whole message, until that ends the output or closes the
    /// connection; later input is discarded. An input that ends within a message fails with [IncompleteFrameException].
    ///
    /// @param onMessage must not wait; one that may is passed to [ServerBuilder#messages]
    static <T> Protocol framed(Codec<T> codec, MessageHandler<T> onMessage) {
        return new FramedProtocol<>(codec, onMessage);
    }
}
