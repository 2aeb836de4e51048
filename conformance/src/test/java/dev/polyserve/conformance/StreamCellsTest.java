package dev.polyserve.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.conformance.StreamCells.Configuration;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class StreamCellsTest {
    /// Also prints the number of all cells and of the cells that this build runs.
    @Test
    void eachPairIsInTheUsualBuild() {
        List<Configuration> usual = StreamCells.chosen(TestScope.USUAL);
        List<Function<Configuration, Object>> factors = StreamCells.factors();
        for (Configuration one : StreamCells.chosen(TestScope.FULL)) {
            for (Function<Configuration, Object> factor : factors) {
                for (Function<Configuration, Object> other : factors) {
                    assertThat(usual).as(one.toString()).anyMatch(c -> factor.apply(c).equals(factor.apply(one))
                            && other.apply(c).equals(other.apply(one)));
                }
            }
        }
        System.out.printf("conformance: the scope is %s; cells (environment × model × style × transport):"
                + " %d quick, %d usual, %d full%n", TestScope.current(), StreamCells.chosen(TestScope.QUICK).size(),
                usual.size(), StreamCells.chosen(TestScope.FULL).size());
    }

    @Test
    void eachModelIsInTheQuickBuild() {
        assertThat(StreamCells.chosen(TestScope.QUICK)).extracting(one -> one.cell().model().id())
                .doesNotHaveDuplicates().contains("iterative", "thread", "thread-pool", "virtual", "nio", "polling",
                        "select", "poll", "epoll", "epoll-et", "io_uring");
    }

    @Test
    void theFullBuildHasEachConfigurationOnce() {
        assertThat(StreamCells.chosen(TestScope.FULL)).doesNotHaveDuplicates()
                .containsAll(StreamCells.chosen(TestScope.USUAL)).containsAll(StreamCells.chosen(TestScope.QUICK));
    }
}
