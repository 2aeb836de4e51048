package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Cause;
import dev.polyserve.ServerBuilder;
import java.io.IOException;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.extension.RegisterExtension;

/// One clause of the contract, to be kept in every cell.
abstract class Clause {
    @RegisterExtension
    final CellNamePrefix named = new CellNamePrefix(this::cell);

    @RegisterExtension
    final Replay replay = new Replay();

    /// The cell that the tests run in.
    abstract Cell cell();

    final ServerFixture start(Role role) throws IOException {
        return ServerFixture.start(cell(), role);
    }

    final ServerFixture start(Role role, UnaryOperator<ServerBuilder> with) throws IOException {
        return ServerFixture.start(cell(), role, with);
    }

    /// Leaves the test out of a cell to which it does not apply.
    ///
    /// @param applies whether it does
    /// @param where to which it applies, after "for": `event loops`
    final void appliesIf(boolean applies, String where) {
        assumeTrue(applies, () -> "not in this cell: for " + where);
    }

    /// Leaves the test out where one client is served after the other.
    final void needsTwoAtOnce() {
        appliesIf(cell().servesTwoAtOnce(), "models that serve several clients at once");
    }

    /// Leaves the test out where servers have processes of their own.
    final void needsOneProcess() {
        appliesIf(!cell().hasWorkers(), "handlers in the process of the test");
    }

    /// Leaves the test out where several workers accept.
    final void needsOneCount() {
        appliesIf(!cell().hasSeveralAcceptors(), "servers in which one process accepts");
    }

    final void needsStyle(Style style) {
        appliesIf(cell().style() == style, "the style " + style);
    }

    final void needsTransport(EndpointKind transport) {
        appliesIf(cell().transport() == transport, "the transport " + transport);
    }

    /// That this was thrown: the very same, or what it says, where it comes from another process.
    final void assertThrown(Throwable expected, Throwable actual) {
        if (cell().hasWorkers()) {
            assertEquals(expected.toString(), actual.toString());
            assertEquals(expected.getMessage(), actual.getMessage());
        } else {
            assertSame(expected, actual);
        }
    }

    /// That it ended because this was thrown.
    final void assertFailed(Throwable expected, Cause cause) {
        assertThrown(expected, assertInstanceOf(Cause.Failed.class, cause).error());
    }

    static Cause done(boolean byPeer) {
        return new Cause.Done(byPeer);
    }
}
