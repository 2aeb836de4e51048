package dev.polyserve.coroutine;

/// Ends a greenlet without being an error: thrown where it waits when it is killed; a body may throw it, too.
///
/// An [Error], so that a body which catches exceptions does not catch it by mistake.
public final class GreenletExit extends Error {
    /// An exit; it has no stack trace, because nothing is wrong.
    public GreenletExit() {
        super("the greenlet ends", null, false, false);
    }
}
