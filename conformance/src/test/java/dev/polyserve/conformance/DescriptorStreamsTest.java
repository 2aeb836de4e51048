package dev.polyserve.conformance;

import dev.polyserve.spi.ModelVariant;
import dev.polyserve.Model;
import dev.polyserve.linux.DescriptorModels;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// The models of threads keep the contract of stream handlers over descriptors, too.
@EnabledOnOs(OS.LINUX)
@ParameterizedClass(name = "{0} on descriptors")
@MethodSource("cells")
class DescriptorStreamsTest extends StreamContract {
    DescriptorStreamsTest(Cell cell) {
        super(cell);
    }

    @BeforeAll
    static void descriptorsAlways() {
        DescriptorModels.always(true);
    }

    @AfterAll
    static void descriptorsWhereNeeded() {
        DescriptorModels.always(false);
    }

    static List<Cell> cells() {
        // Only `virtual` waits in another way than over channels: of the others, one cell of each style and each transport.
        return Cell.streams(Model.iterative(), Model.thread(), Model.threadPool(4), Model.virtual()).stream()
                .filter(cell -> cell.model() instanceof ModelVariant.VirtualThreads
                        || (cell.style() == Style.HANDLER) == (cell.transport() == EndpointKind.UNIX))
                .toList();
    }
}
