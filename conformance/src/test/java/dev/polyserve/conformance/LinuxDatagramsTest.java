package dev.polyserve.conformance;

import dev.polyserve.Model;
import java.util.List;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// The models of the `linux` module pass the contract of datagram handlers.
@EnabledOnOs(OS.LINUX)
@ParameterizedClass(name = "{0}")
@MethodSource("cells")
class LinuxDatagramsTest extends DatagramContract {
    @RegisterExtension
    static final CellSelectionCondition CELLS = CellSelectionCondition.ofThisBuild();

    LinuxDatagramsTest(ContractCell cell) {
        super(cell);
    }

    static List<ContractCell> cells() {
        return ContractCell.datagrams(Model.epoll(), Model.epoll(2), Model.epollEt(),
                Model.epollEt(2), Model.poll(), Model.select(),
                Model.polling());
    }
}
