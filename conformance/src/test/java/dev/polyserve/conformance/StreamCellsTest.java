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
        assertThat(pairs(usual)).isEqualTo(pairs(StreamCells.chosen(TestScope.FULL)));
        System.out.printf("conformance: the scope is %s; cells (environment × model × style × transport):"
                + " %d quick, %d usual, %d full%n", TestScope.current(), StreamCells.chosen(TestScope.QUICK).size(),
                usual.size(), StreamCells.chosen(TestScope.FULL).size());
    }

    private static Set<Set<CoveringArray.Level>> pairs(List<Configuration> some) {
        return some.stream().flatMap(one -> CoveringArray.combinations(one, StreamCells.factors(), 2).stream())
                .collect(Collectors.toSet());
    }

    @Test
    void eachModelMeetsEachStyleAndTransportInTheUsualEnvironment() {
        List<Configuration> usual = usualEnvironment(TestScope.USUAL);
        for (Configuration one : usualEnvironment(TestScope.FULL)) {
            assertThat(usual).as(one.toString())
                    .anyMatch(c -> c.running().equals(one.running()) && c.cell().style() == one.cell().style())
                    .anyMatch(c -> c.running().equals(one.running()) && c.cell().transport() == one.cell().transport());
        }
    }

    private static List<Configuration> usualEnvironment(TestScope scope) {
        return StreamCells.chosen(scope).stream().filter(one -> one.environment() == Environment.USUAL).toList();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "USUAL")
    void eachTestIsInACellAndEachClauseInEachModelOfTheOtherEnvironments(Environment environment) throws Exception {
        List<ContractCell> cells = StreamCells.cells(StreamCells.chosen(TestScope.USUAL), environment);
        Set<ContractCell> used = new HashSet<>();
        for (List<ContractTestCase> clause : ContractTestCase.clauses(ProcessStreamsTest.class)) {
            List<TestInCell> applicable = CellSelectionCondition.applicable(clause, cells);
            List<TestInCell> chosen = new CellSelectionCondition().choose(applicable);
            for (Function<TestInCell, Object> level : List.<Function<TestInCell, Object>>of(TestInCell::part,
                    one -> one.cell().model().id(), one -> one.cell().style(), TestInCell::transport,
                    TestInCell::processes)) {
                assertThat(levels(chosen, level)).isEqualTo(levels(applicable, level));
            }
            chosen.forEach(one -> used.add(one.cell()));
        }
        assertThat(used).containsExactlyInAnyOrderElementsOf(cells);
    }

    private static Set<Object> levels(List<TestInCell> some, Function<TestInCell, Object> level) {
        return some.stream().map(level).collect(Collectors.toSet());
    }

    static List<List<Model>> modelsOfTheUsualEnvironment() {
        return List.of(StreamCells.PORTABLE, StreamCells.LINUX, StreamCells.RING);
    }

    @ParameterizedTest
    @MethodSource("modelsOfTheUsualEnvironment")
    void eachTestIsInEachKindAndStyleAndEachClauseInEachModelOfTheUsualEnvironment(List<Model> models)
            throws Exception {
        List<ContractCell> cells = StreamCells.usual(StreamCells.chosen(TestScope.USUAL), models);
        Set<ContractCell> used = new HashSet<>();
        for (List<ContractTestCase> clause : ContractTestCase.clauses(PortableStreamsTest.class)) {
            List<TestInCell> applicable = CellSelectionCondition.applicable(clause, cells);
            List<TestInCell> chosen = CellSelectionCondition.eachKindForEachTest().choose(applicable);
            for (Function<TestInCell, Object> level : List.<Function<TestInCell, Object>>of(
                    one -> List.of(one.test(), one.kind()), one -> List.of(one.test(), one.style()),
                    one -> one.cell().model().id(), one -> StreamCells.hasTwoLoops(one.cell()),
                    one -> List.of(one.kind(), one.cell().style()),
                    one -> List.of(one.kind(), one.cell().transport()))) {
                assertThat(levels(chosen, level)).isEqualTo(levels(applicable, level));
            }
            chosen.forEach(one -> used.add(one.cell()));
        }
        assertThat(used).containsExactlyInAnyOrderElementsOf(cells);
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
        assertThat(quick).isLessThan(usual / 2);
        assertThat(usual).isLessThan(full / 20);
    }

    /// The number of tests in a build.
    private static long count(TestScope scope) throws ReflectiveOperationException {
        long count = 0;
        for (List<ContractTestCase> clause : ContractTestCase.clauses(ProcessStreamsTest.class)) {
            for (List<Model> models : modelsOfTheUsualEnvironment()) {
                count += count(CellSelectionCondition.of(scope), clause,
                        StreamCells.usual(StreamCells.chosen(scope), models));
            }
            for (Environment environment : EnumSet.complementOf(EnumSet.of(Environment.USUAL))) {
                count += count(new CellSelectionCondition(), clause,
                        StreamCells.cells(StreamCells.chosen(scope), environment));
            }
        }
        return count;
    }

    private static long count(CellSelectionCondition condition, List<ContractTestCase> clause, List<ContractCell> cells)
            throws ReflectiveOperationException {
        return condition.choose(CellSelectionCondition.applicable(clause, cells)).size();
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
