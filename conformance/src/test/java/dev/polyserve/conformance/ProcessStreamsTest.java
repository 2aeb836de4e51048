package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Model;
import dev.polyserve.Server;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// Worker processes keep the contract of stream handlers. Each test starts some, so a few cells stand for all; with
/// `-Dpolyserve.conformance.cells=process` all are run, or those whose name contains another word.
@ParameterizedClass(name = "{0}")
@MethodSource("cells")
class ProcessStreamsTest extends StreamContract {
    private static final String CELLS = "polyserve.conformance.cells";
    private static final int CHOSEN = 5;

    ProcessStreamsTest(Cell cell) {
        super(cell);
    }

    @BeforeAll
    static void needsProcesses() {
        Optional<String> whyNot = Server.whyNot(Model.process());
        assumeTrue(whyNot.isEmpty(), () -> whyNot.orElse(""));
    }

    static List<Cell> cells() {
        Model single = Model.process(4);
        Model iterative = Model.processPool(2, Model.iterative());
        Model threads = Model.processPool(1, Model.thread());
        Model virtual = Model.processPool(1);
        Model epoll = Model.processPool(1, Model.epoll());
        List<Cell> cells = new ArrayList<>(List.of(
                new Cell(Style.HANDLER, single, EndpointKind.TCP),
                new Cell(Style.HANDLER, iterative, EndpointKind.UNIX),
                new Cell(Style.PROTOCOL, threads, EndpointKind.TCP),
                new Cell(Style.HANDLER, virtual, EndpointKind.TCP),
                new Cell(Style.PROTOCOL, epoll, EndpointKind.UNIX)));
        for (Cell cell : Cell.streams(single, iterative, threads, virtual, epoll)) {
            if (!cells.contains(cell)) {
                cells.add(cell);
            }
        }
        String part = System.getProperty(CELLS);
        return part == null
                ? cells.subList(0, CHOSEN)
                : cells.stream().filter(cell -> cell.toString().contains(part)).toList();
    }
}
