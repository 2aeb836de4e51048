package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Model;
import dev.polyserve.Server;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// The completion ring passes the contract of datagram handlers.
@ParameterizedClass(name = "{0}")
@MethodSource("cells")
class RingDatagramsTest extends DatagramContract {
    RingDatagramsTest(Cell cell) {
        super(cell);
    }

    @BeforeAll
    static void needsRings() {
        Optional<String> whyNot = Server.whyNot(Model.ioUring());
        assumeTrue(whyNot.isEmpty(), () -> "needs a model that cannot run here: " + whyNot.orElse(""));
    }

    static List<Cell> cells() {
        return Cell.datagrams(Model.ioUring(), Model.ioUring(2));
    }
}
