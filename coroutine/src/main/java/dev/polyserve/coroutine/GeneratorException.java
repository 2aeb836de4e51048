package dev.polyserve.coroutine;

/// The body of a generator has thrown a checked exception, the cause of this one.
public final class GeneratorException extends RuntimeException {
    GeneratorException(Throwable cause) {
        super("the generator's body failed: " + cause, cause);
    }
}
