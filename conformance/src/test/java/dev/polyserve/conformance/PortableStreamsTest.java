package dev.polyserve.conformance;

import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// The models of the `core` module pass the contract of stream handlers.
@ParameterizedClass(name = "{0}")
@MethodSource("cells")
class PortableStreamsTest extends StreamContract {
    @RegisterExtension
    static final CellSelectionCondition CELLS = CellSelectionCondition.ofThisBuild();

    PortableStreamsTest(ContractCell cell) {
        super(cell);
    }

    static List<ContractCell> cells() {
        return StreamCells.of(StreamCells.PORTABLE);
    }
}
