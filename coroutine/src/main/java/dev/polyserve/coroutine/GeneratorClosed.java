package dev.polyserve.coroutine;

/// Thrown at the yield of a body while its generator is being closed. The body must let it pass.
///
/// It is an [Error], so that a body that catches exceptions does not catch it by mistake. It has no stack trace,
/// because it is no failure.
public final class GeneratorClosed extends Error {
    GeneratorClosed() {
        super("the generator is being closed", null, false, false);
    }
}
