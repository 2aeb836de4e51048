package dev.polyserve.bench.contender;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.bench.result.BenchEnvironment;
import org.junit.jupiter.api.Test;

class MachineDescriptionTest {
    @Test
    void describesTheMachine() {
        BenchEnvironment here = MachineDescription.environment(new ProcessorPlacement.Unpinned(2, "it is a test"));
        assertThat(here.processor()).isNotBlank();
        assertThat(here.processors()).isPositive();
        assertThat(here.memoryBytes()).isGreaterThan(1 << 20);
        assertThat(here.system()).contains(System.getProperty("os.name"), System.getProperty("os.version"));
        assertThat(here.placement())
                .isEqualTo("not pinned: it is a test, so contender and generator share 2 processors");
        assertThat(here.versions()).containsEntry("polyserve", "development").hasEntrySatisfying("java",
                java -> assertThat(java).contains(Runtime.version().toString()));
    }

    @Test
    void readsLinuxTables() {
        String cpuinfo = """
                processor\t: 0
                model\t\t: 85
                model name\t: Fast (R) One

                processor\t: 1
                model name\t: Fast (R) One
                """;
        assertThat(MachineDescription.processorName(cpuinfo)).contains("Fast (R) One");
        assertThat(MachineDescription.count(cpuinfo)).isEqualTo(2);
        assertThat(MachineDescription.processorName("processor\t: 0\nCPU implementer\t: 0x41\n")).isEmpty();
        assertThat(MachineDescription.distribution("NAME=\"D\"\nPRETTY_NAME=\"Debian 12\"\n")).contains("Debian 12");
    }
}
