package dev.polyserve.coroutine;

/// Ends a greenlet without a failure: [Greenlet#kill] throws it in the greenlet, and a body may throw it itself.
///
/// It is an [Error], so that a body that catches exceptions does not catch it by mistake.
public final class GreenletExit extends Error {
    /// Creates an exit. It has no stack trace, because it is no failure.
    public GreenletExit() {
        super("the greenlet ends", null, false, false);
    }
}
