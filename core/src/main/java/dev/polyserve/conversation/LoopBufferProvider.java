package dev.polyserve.conversation;

/// Gives a conversation access to the buffers of its event loop.
///
/// **Thread**: the loop's, including its coroutines, except as noted.
public interface LoopBufferProvider {
    /// The buffers that the loop keeps for connections that are not idle; those of no loop for a caller that may not use
    /// them. **Thread**: the owner of the connection.
    ConnectionBufferPool buffers();
}
