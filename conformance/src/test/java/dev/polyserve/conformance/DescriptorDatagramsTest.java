package dev.polyserve.conformance;

import dev.polyserve.Model;
import dev.polyserve.linux.DescriptorSocketBackend;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// The thread models also pass the contract of datagram handlers over descriptors.
@Tag("slow")
@EnabledOnOs(OS.LINUX)
@ParameterizedClass(name = "{0} on descriptors")
@MethodSource("cells")
@ExtendWith(CellSelectionCondition.class)
class DescriptorDatagramsTest extends DatagramContract {
    DescriptorDatagramsTest(ContractCell cell) {
        super(cell);
    }

    @BeforeAll
    static void descriptorsAlways() {
        DescriptorSocketBackend.always(true);
    }

    @AfterAll
    static void descriptorsWhereNeeded() {
        DescriptorSocketBackend.always(false);
    }

    static List<ContractCell> cells() {
        return ContractCell.datagrams(Model.iterative(), Model.thread(), Model.threadPool(4), Model.virtual());
    }
}
