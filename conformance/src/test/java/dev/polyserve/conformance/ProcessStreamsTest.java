package dev.polyserve.conformance;

import dev.polyserve.Model;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// Worker processes keep the contract of stream handlers. Each test starts some.
@Tag("slow")
@ParameterizedClass(name = "{0}")
@MethodSource("cells")
@ExtendWith(CellSelectionCondition.class)
class ProcessStreamsTest extends StreamContract {
    ProcessStreamsTest(ContractCell cell) {
        super(cell);
    }

    @BeforeAll
    static void needsProcesses() {
        Requirements.model(Model.process());
    }

    static List<ContractCell> cells() {
        return StreamCells.in(StreamCells.Environment.WORKERS);
    }
}
