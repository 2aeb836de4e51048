package dev.polyserve.conformance;

import dev.polyserve.Model;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// Worker processes pass the contract of datagram handlers.
@Tag("slow")
@ParameterizedClass(name = "{0}")
@MethodSource("cells")
@ExtendWith(CellSelectionCondition.class)
class ProcessDatagramsTest extends DatagramContract {
    ProcessDatagramsTest(ContractCell cell) {
        super(cell);
    }

    @BeforeAll
    static void needsProcesses() {
        Requirements.model(Model.process());
    }

    static List<ContractCell> cells() {
        return ContractCell.datagrams(Model.process(4, StreamCells.SPARE), Model.processPool(1, Model.virtual()),
                Model.processPool(2, Model.epoll()));
    }
}
