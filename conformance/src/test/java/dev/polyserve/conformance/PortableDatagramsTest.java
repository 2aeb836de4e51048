package dev.polyserve.conformance;

import dev.polyserve.Model;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// The models of the `core` module pass the contract of datagram handlers.
@ParameterizedClass(name = "{0}")
@MethodSource("cells")
class PortableDatagramsTest extends DatagramContract {
    @RegisterExtension
    static final CellSelectionCondition CELLS = CellSelectionCondition.ofThisBuild();

    PortableDatagramsTest(ContractCell cell) {
        super(cell);
    }

    static List<ContractCell> cells() {
        return ContractCell.datagrams(Model.auto(), Model.iterative(), Model.thread(), Model.threadPool(4),
                Model.virtual(),
                Model.nio(),
                Model.nio(2));
    }
}
