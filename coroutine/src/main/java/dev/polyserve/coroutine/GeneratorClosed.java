package dev.polyserve.coroutine;

/// Thrown at the yield of a generator that is being closed; a body lets it pass, after its `finally`.
///
/// An [Error], so that a body which catches exceptions does not catch it by mistake. It has no stack trace: nothing is wrong.
public final class GeneratorClosed extends Error {
    GeneratorClosed() {
        super("the generator is being closed", null, false, false);
    }
}
