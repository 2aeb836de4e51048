package dev.polyserve.conformance;

import java.util.function.Supplier;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.opentest4j.TestAbortedException;

/// Puts the cell in front of a failure's message, because build tools show that and not always the test's full name.
///
/// @param cell where the test ran
record CellNamePrefix(Supplier<Cell> cell) implements TestExecutionExceptionHandler {
    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable error) throws Throwable {
        if (error instanceof TestAbortedException) {
            throw error;
        }
        throw new AssertionError(cell.get() + ": " + error.getMessage(), error);
    }
}
