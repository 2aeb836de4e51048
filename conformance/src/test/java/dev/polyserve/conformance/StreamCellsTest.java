package dev.polyserve.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.conformance.SomeCells.TestInCell;
import dev.polyserve.conformance.StreamCells.Configuration;
import dev.polyserve.conformance.StreamCells.Environment;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "USUAL")
    void eachTestIsInACellAndEachClauseInEachModelOfTheOtherEnvironments(Environment environment) throws Exception {
        List<Cell> cells = StreamCells.cells(StreamCells.chosen(TestScope.USUAL), environment);
        Set<Cell> used = new HashSet<>();
        for (List<ContractTest> clause : ContractTest.clauses(ProcessStreamsTest.class)) {
            List<TestInCell> applicable = SomeCells.applicable(clause, cells);
            List<TestInCell> chosen = SomeCells.choose(clause, cells);
            assertThat(tests(chosen)).isEqualTo(tests(applicable));
            assertThat(models(chosen)).isEqualTo(models(applicable));
            chosen.forEach(one -> used.add(one.cell()));
        }
        assertThat(used).containsExactlyInAnyOrderElementsOf(cells);
    }

    /// Prints the number of tests, including those that skip themselves in a cell.
    @Test
    void theUsualBuildHasAFractionOfTheTests() throws Exception {
        long usual = 0;
        for (Environment environment : Environment.values()) {
            List<Cell> cells = StreamCells.cells(StreamCells.chosen(TestScope.USUAL), environment);
            if (environment == Environment.USUAL) {
                usual += cells.size() * tests();
            } else {
                for (List<ContractTest> clause : ContractTest.clauses(ProcessStreamsTest.class)) {
                    usual += SomeCells.choose(clause, cells).size();
                }
            }
        }
        long full = StreamCells.chosen(TestScope.FULL).size() * tests();
        System.out.printf("conformance: tests of stream handlers: %d usual, %d full%n", usual, full);
        assertThat(usual).isLessThan(full / 5);
    }

    /// The number of tests of each cell.
    private static long tests() throws ReflectiveOperationException {
        return ContractTest.clauses(ProcessStreamsTest.class).stream().mapToLong(List::size).sum();
    }

    private static Set<ContractTest> tests(List<TestInCell> some) {
        return some.stream().map(TestInCell::test).collect(Collectors.toSet());
    }

    private static Set<String> models(List<TestInCell> some) {
        return some.stream().map(one -> one.cell().model().id()).collect(Collectors.toSet());
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
