package dev.polyserve.conversation;

/// What a [DrivenConversation] needs of its event loop besides its connection.
///
/// **Thread**: the loop's.
public interface LoopBuffers {
    /// The buffers that the loop keeps for connections that are not idle.
    ConnectionBufferPool buffers();
}
