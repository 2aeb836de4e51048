package dev.polyserve.conversation;

/// What a conversation needs of its event loop besides its connection.
///
/// **Thread**: the loop's, including its coroutines, except as noted.
public interface LoopBuffers {
    /// The buffers that the loop keeps for connections that are not idle; those of no loop for a caller that may not use
    /// them. **Thread**: the owner of the connection.
    ConnectionBufferPool buffers();
}
