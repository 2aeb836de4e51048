package dev.polyserve.conformance;

import java.lang.reflect.InvocationTargetException;
import org.opentest4j.TestAbortedException;

/// A run of a test that ends where its first server would start. It tells whether the test applies to a cell.
///
/// Before that point a test only describes its server, as for a [ContractWorkerMain].
///
/// **Thread**: the thread of a test.
final class TestDryRun {
    private static final ThreadLocal<Boolean> RUNS = ThreadLocal.withInitial(() -> false);

    private TestDryRun() {}

    /// Whether the test is not skipped in the cell. A test that fails before it starts a server applies.
    static boolean applies(ContractTestCase test, ContractCell cell) throws ReflectiveOperationException {
        RUNS.set(true);
        try {
            test.run(cell);
            return true;
        } catch (InvocationTargetException e) {
            return !(e.getCause() instanceof TestAbortedException);
        } finally {
            RUNS.remove();
        }
    }

    /// Ends a dry run; does nothing in a test.
    static void reachesAServer() {
        if (RUNS.get()) {
            throw new Reached();
        }
    }

    /// Thrown through the test.
    private static final class Reached extends Error {
        Reached() {
            super("the test would start a server here", null, false, false);
        }
    }
}
