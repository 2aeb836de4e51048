package dev.polyserve.conformance;

import dev.polyserve.Model;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// The completion ring passes the contract of stream handlers.
@ParameterizedClass(name = "{0}")
@MethodSource("cells")
class RingStreamsTest extends StreamContract {
    @RegisterExtension
    static final CellSelectionCondition CELLS = CellSelectionCondition.ofThisBuild();

    RingStreamsTest(ContractCell cell) {
        super(cell);
    }

    @BeforeAll
    static void needsRings() {
        Requirements.model(Model.ioUring());
    }

    static List<ContractCell> cells() {
        return StreamCells.of(StreamCells.RING);
    }
}
