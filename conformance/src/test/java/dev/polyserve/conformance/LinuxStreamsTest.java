package dev.polyserve.conformance;

import java.util.List;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// The models of the `linux` module pass the contract of stream handlers.
@EnabledOnOs(OS.LINUX)
@ParameterizedClass(name = "{0}")
@MethodSource("cells")
class LinuxStreamsTest extends StreamContract {
    @RegisterExtension
    static final CellSelectionCondition CELLS = CellSelectionCondition.ofThisBuild();

    LinuxStreamsTest(ContractCell cell) {
        super(cell);
    }

    static List<ContractCell> cells() {
        return StreamCells.of(StreamCells.LINUX);
    }
}
