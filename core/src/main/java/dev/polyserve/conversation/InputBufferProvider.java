package dev.polyserve.conversation;

/// Provides the buffer into which a [Wire] reads. It may have no buffer while the wire waits, so that an idle
/// connection keeps none.
///
/// **Thread**: the owner.
public interface InputBufferProvider {
    /// The buffer for the bytes that are there.
    InputBuffer input();

    /// A wait for input begins, after which the wire asks for the buffer again.
    void idles();
}
