package dev.polyserve.conformance;

import dev.polyserve.Model;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// The models of the `linux` module pass the contract of sessions of datagrams, over UDP and over Unix sockets; over the latter, so do
/// the models of threads.
@EnabledOnOs(OS.LINUX)
@ParameterizedClass(name = "{0}")
@MethodSource("cells")
class LinuxSessionsTest extends SessionsContract {
    @RegisterExtension
    static final CellSelectionCondition CELLS = CellSelectionCondition.ofThisBuild();

    LinuxSessionsTest(ContractCell cell) {
        super(cell);
    }

    static List<ContractCell> cells() {
        return Stream.of(
                ContractCell.sessions(EndpointKind.UDP, Model.epoll(), Model.epoll(2), Model.epollEt(), Model.poll(),
                        Model.select(), Model.polling()),
                ContractCell.sessions(EndpointKind.UNIXGRAM, Model.epoll(), Model.epoll(2), Model.epollEt(),
                        Model.poll(), Model.select(), Model.polling(), Model.auto(), Model.iterative(), Model.thread(),
                        Model.threadPool(4), Model.virtual()))
                .flatMap(List::stream).toList();
    }
}
