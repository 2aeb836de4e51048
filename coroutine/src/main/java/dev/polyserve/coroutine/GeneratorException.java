package dev.polyserve.coroutine;

/// Thrown to the consumer when the body of a generator throws a checked exception, which is the cause.
public final class GeneratorException extends RuntimeException {
    GeneratorException(Throwable cause) {
        super("the generator's body failed: " + cause, cause);
    }
}
