package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Model;
import dev.polyserve.Server;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// Worker processes keep the contract of stream handlers. Each test starts some.
@Tag("slow")
@ParameterizedClass(name = "{0}")
@MethodSource("cells")
@ExtendWith(SomeCells.class)
class ProcessStreamsTest extends StreamContract {
    ProcessStreamsTest(Cell cell) {
        super(cell);
    }

    @BeforeAll
    static void needsProcesses() {
        Optional<String> whyNot = Server.whyNot(Model.process());
        assumeTrue(whyNot.isEmpty(), () -> "needs a model that cannot run here: " + whyNot.orElse(""));
    }

    static List<Cell> cells() {
        return StreamCells.in(StreamCells.Environment.WORKERS);
    }
}
