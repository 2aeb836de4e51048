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

/// A clause of the contract; its tests run in every cell.
abstract class ContractTests {
    @RegisterExtension
    final FailureMessagePrefix named = new FailureMessagePrefix(this::cell);

    @RegisterExtension
    final ContractWorkerMain replay = new ContractWorkerMain();

    /// The cell in which the tests run.
    abstract ContractCell cell();

    final ServerFixture start(TestService service) throws IOException {
        return ServerFixture.start(cell(), service);
    }

    final ServerFixture start(TestService service, UnaryOperator<ServerBuilder> with) throws IOException {
        return ServerFixture.start(cell(), service, with);
    }

    /// Skips the test in a cell to which it does not apply.
    ///
    /// @param applies whether the test applies
    /// @param where the cells to which it applies, for the reason of the skip: `event loops`
    final void appliesIf(boolean applies, String where) {
        assumeTrue(applies, () -> "not in this cell: for " + where);
    }

    /// Skips the test where one client is served after another.
    final void needsTwoAtOnce() {
        appliesIf(cell().servesTwoAtOnce(), "models that serve several clients at once");
    }

    /// Skips the test where handlers run in worker processes.
    final void needsOneProcess() {
        appliesIf(!cell().hasWorkers(), "handlers in the process of the test");
    }

    /// Skips the test where the model depends on whether loops may be handed off.
    final void needsModelWithoutHandOff() {
        appliesIf(cell().staysWithoutHandOff(), "models that stay the same without hand-off");
    }

    /// Skips the test where several workers accept connections.
    final void needsOneCount() {
        appliesIf(!cell().hasSeveralAcceptors(), "servers in which one process accepts");
    }

    final void needsStyle(HandlerStyle style) {
        appliesIf(cell().style() == style, "the style " + style);
    }

    final void needsTransport(EndpointKind transport) {
        appliesIf(cell().transport() == transport, "the transport " + transport);
    }

    /// Skips the test at endpoints that are not TCP, with or without TLS.
    final void needsTcp() {
        appliesIf(cell().transport().isTcp(), "TCP, with or without TLS");
    }

    /// Asserts the thrown error: the same object, or the same text where it comes from another process.
    final void assertThrown(Throwable expected, Throwable actual) {
        if (cell().hasWorkers()) {
            assertEquals(expected.toString(), actual.toString());
            assertEquals(expected.getMessage(), actual.getMessage());
        } else {
            assertSame(expected, actual);
        }
    }

    /// Asserts that the connection failed with this error.
    final void assertFailed(Throwable expected, Cause cause) {
        assertThrown(expected, assertInstanceOf(Cause.Failed.class, cause).error());
    }

    static Cause done(boolean byPeer) {
        return new Cause.Done(byPeer);
    }
}
