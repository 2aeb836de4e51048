package dev.polyserve.conformance;

import dev.polyserve.Model;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// The completion ring passes the contract of datagram handlers.
@ParameterizedClass(name = "{0}")
@MethodSource("cells")
class RingDatagramsTest extends DatagramContract {
    @RegisterExtension
    static final CellSelectionCondition CELLS = CellSelectionCondition.ofThisBuild();

    RingDatagramsTest(ContractCell cell) {
        super(cell);
    }

    @BeforeAll
    static void needsRings() {
        Requirements.model(Model.ioUring());
    }

    static List<ContractCell> cells() {
        return ContractCell.datagrams(Model.ioUring(), Model.ioUring(2));
    }
}
