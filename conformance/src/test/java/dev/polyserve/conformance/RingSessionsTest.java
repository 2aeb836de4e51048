package dev.polyserve.conformance;

import dev.polyserve.Model;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// The completion ring passes the contract of sessions of datagrams.
@ParameterizedClass(name = "{0}")
@MethodSource("cells")
class RingSessionsTest extends SessionsContract {
    @RegisterExtension
    static final CellSelectionCondition CELLS = CellSelectionCondition.ofThisBuild();

    RingSessionsTest(ContractCell cell) {
        super(cell);
    }

    @BeforeAll
    static void needsRings() {
        Requirements.model(Model.ioUring());
    }

    static List<ContractCell> cells() {
        return Stream
                .of(ContractCell.sessions(EndpointKind.UDP, Model.ioUring(), Model.ioUring(2)),
                        ContractCell.sessions(EndpointKind.UNIXGRAM, Model.ioUring()))
                .flatMap(List::stream).toList();
    }
}
