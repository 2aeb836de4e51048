package dev.polyserve.conformance;

import java.util.function.Supplier;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.opentest4j.TestAbortedException;

/// Prefixes the message of a failure with the cell, because build tools do not always show the full name of a test.
///
/// @param cell the cell of the test
record FailureMessagePrefix(Supplier<ContractCell> cell) implements TestExecutionExceptionHandler {
    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable error) throws Throwable {
        if (error instanceof TestAbortedException) {
            throw error;
        }
        throw new AssertionError(cell.get() + ": " + error.getMessage(), error);
    }
}
