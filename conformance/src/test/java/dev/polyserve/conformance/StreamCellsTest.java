package dev.polyserve.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.conformance.CellSelectionCondition.TestInCell;
import dev.polyserve.conformance.StreamCells.Configuration;
import dev.polyserve.conformance.StreamCells.Environment;
import dev.polyserve.Model;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

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
        List<ContractCell> cells = StreamCells.cells(StreamCells.chosen(TestScope.USUAL), environment);
        Set<ContractCell> used = new HashSet<>();
        for (List<ContractTestCase> clause : ContractTestCase.clauses(ProcessStreamsTest.class)) {
            List<TestInCell> applicable = CellSelectionCondition.applicable(clause, cells);
            List<TestInCell> chosen = new CellSelectionCondition().choose(clause, cells);
            assertThat(tests(chosen)).isEqualTo(tests(applicable));
            assertThat(models(chosen)).isEqualTo(models(applicable));
            chosen.forEach(one -> used.add(one.cell()));
        }
        assertThat(used).containsExactlyInAnyOrderElementsOf(cells);
    }

    static List<List<Model>> modelsOfTheUsualEnvironment() {
        return List.of(StreamCells.PORTABLE, StreamCells.LINUX, StreamCells.RING);
    }

    @ParameterizedTest
    @MethodSource("modelsOfTheUsualEnvironment")
    void eachTestIsInEachModelStyleAndTransportOfTheUsualEnvironment(List<Model> models) throws Exception {
        List<ContractCell> cells = StreamCells.usual(StreamCells.chosen(TestScope.USUAL), models);
        Set<ContractCell> used = new HashSet<>();
        for (List<ContractTestCase> clause : ContractTestCase.clauses(PortableStreamsTest.class)) {
            List<TestInCell> chosen = CellSelectionCondition.eachModelForEachTest().choose(clause, cells);
            for (TestInCell one : CellSelectionCondition.applicable(clause, cells)) {
                List<ContractCell> same = chosen.stream().filter(each -> each.test().equals(one.test()))
                        .map(TestInCell::cell)
                        .toList();
                assertThat(same).as(one.toString()).anyMatch(cell -> cell.model().id().equals(one.cell().model().id()))
                        .anyMatch(cell -> cell.style() == one.cell().style())
                        .anyMatch(cell -> CellSelectionCondition.transport(cell) == CellSelectionCondition
                                .transport(one.cell()))
                        .anyMatch(cell -> StreamCells.hasTwoLoops(cell) == StreamCells.hasTwoLoops(one.cell()));
            }
            assertThat(models(overTls(chosen)))
                    .isEqualTo(models(overTls(CellSelectionCondition.applicable(clause, cells))));
            chosen.forEach(one -> used.add(one.cell()));
        }
        assertThat(used).containsExactlyInAnyOrderElementsOf(cells);
    }

    private static List<TestInCell> overTls(List<TestInCell> some) {
        return some.stream().filter(one -> one.cell().isTls()).toList();
    }

    /// Prints the number of tests; that of a full build includes the tests that skip themselves in a cell.
    @Test
    void theUsualBuildHasAFractionOfTheTests() throws Exception {
        long quick = count(TestScope.QUICK);
        long usual = count(TestScope.USUAL);
        long full = StreamCells.chosen(TestScope.FULL).size()
                * ContractTestCase.clauses(ProcessStreamsTest.class).stream().mapToLong(List::size).sum();
        System.out.printf("conformance: tests of stream handlers: %d quick, %d usual, at most %d full%n", quick, usual,
                full);
        assertThat(quick).isLessThan(usual / 3);
        assertThat(usual).isLessThan(full / 8);
    }

    /// The number of tests in a build.
    private static long count(TestScope scope) throws ReflectiveOperationException {
        long count = 0;
        for (List<ContractTestCase> clause : ContractTestCase.clauses(ProcessStreamsTest.class)) {
            for (List<Model> models : modelsOfTheUsualEnvironment()) {
                count += CellSelectionCondition.of(scope)
                        .choose(clause, StreamCells.usual(StreamCells.chosen(scope), models)).size();
            }
            for (Environment environment : EnumSet.complementOf(EnumSet.of(Environment.USUAL))) {
                count += new CellSelectionCondition()
                        .choose(clause, StreamCells.cells(StreamCells.chosen(scope), environment)).size();
            }
        }
        return count;
    }

    private static Set<ContractTestCase> tests(List<TestInCell> some) {
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
