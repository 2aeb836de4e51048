package dev.polyserve.bench;

import dev.polyserve.Model;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ModelShortlistTest {
    private static ModelShortlist advice(long waitMillis, long computeMillis, int clients) {
        return new ModelShortlist(Duration.ofMillis(waitMillis), Duration.ofMillis(computeMillis), clients);
    }

    @Test
    void aComputingHandlerIsLimitedByProcessors() {
        assertThat(advice(0, 5, 100).models(_ -> true)).containsExactly("auto", "thread", "process-pool",
                "virtual");
        assertThat(advice(1, 5, 100).reason()).contains("processors",
                "virtual threads keep a processor");
        assertThat(advice(1, 5, 100).workloads()).containsExactly(Workload.CUSTOM, Workload.MIXED);
    }

    @Test
    void aWaitingHandlerNeedsSomethingToWaitIn() {
        assertThat(advice(10, 1, 100).models(_ -> true)).containsExactly("auto", "virtual", "io_uring", "nio");
        assertThat(advice(10, 0, 100).reason()).contains("wait");
        assertThat(advice(10, 0, 100).workloads()).containsExactly(Workload.CUSTOM);
    }

    @Test
    void aQuickHandlerIsLimitedByTheCostOfARequest() {
        assertThat(advice(0, 0, 100).models(_ -> true)).containsExactly("auto", "io_uring", "nio", "virtual");
    }

    @Test
    void onlyModelsThatRunHereAreSelected() {
        assertThat(advice(10, 0, 100).models(Model.nio()::equals)).containsExactly("nio");
    }

    @Test
    void theMemoryOfManyConnectionsIsMeasured() {
        assertThat(advice(0, 0, 999).workloads()).containsExactly(Workload.CUSTOM);
        assertThat(advice(0, 0, 1_000).workloads()).containsExactly(Workload.CUSTOM, Workload.IDLE);
        assertThat(advice(0, 5, 2_000).workloads()).containsExactly(Workload.CUSTOM, Workload.MIXED, Workload.IDLE);
    }

    @Test
    void threadsAreNotSelectedForManyThousandClients() {
        assertThat(advice(10, 0, 20_000).models(Model.thread()::equals)).isEmpty();
    }
}
