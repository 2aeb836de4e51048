package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Cause;
import dev.polyserve.ServerBuilder;
import java.io.IOException;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.extension.RegisterExtension;

/// One clause of the contract, to be kept in every cell.
abstract class Clause {
    @RegisterExtension
    final NamesItsCell named = new NamesItsCell(this::cell);

    /// The cell that the tests run in.
    abstract Cell cell();

    final Stage start(Role role) throws IOException {
        return Stage.start(cell(), role);
    }

    final Stage start(Role role, UnaryOperator<ServerBuilder> with) throws IOException {
        return Stage.start(cell(), role, with);
    }

    /// Leaves the test out where one client is served after the other.
    final void needsTwoAtOnce() {
        assumeTrue(cell().servesTwoAtOnce(), "iterative serves one client at a time, as its documentation says");
    }

    final void needsStyle(Style style) {
        assumeTrue(cell().style() == style, () -> "for the style " + style);
    }

    final void needsTransport(Transport transport) {
        assumeTrue(cell().transport() == transport, () -> "for the transport " + transport);
    }

    static Cause done(boolean byPeer) {
        return new Cause.Done(byPeer);
    }
}
