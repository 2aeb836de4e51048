package dev.polyserve.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.conformance.CellSelectionCondition.TestInCell;
import dev.polyserve.conformance.StreamCells.Configuration;
import dev.polyserve.conformance.StreamCells.Environment;
import dev.polyserve.Model;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class StreamCellsTest {
    private static final int LEAST_IN_WORKERS = 100;
    private static final int LEAST_OVER_TLS_IN_WORKERS = 4;
    private static final int LEAST_OVER_TLS = 100;

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

    @Test
    void eachNamedClauseIsInTheContract() {
        Set<String> clauses = Stream.of(StreamContract.class.getDeclaredClasses())
                .filter(nested -> nested.isAnnotationPresent(Nested.class)).map(Class::getSimpleName)
                .collect(Collectors.toSet());
        assertThat(clauses).containsAll(CellSelectionCondition.ABOUT_HANDLERS)
                .containsAll(CellSelectionCondition.EACH_TEST_OVER_EACH_TRANSPORT)
                .containsAll(CellSelectionCondition.OVER_TLS_IN_WORKERS)
                .contains(CellSelectionCondition.WITH_A_PROCESS_IN_EACH_STYLE);
    }

    /// The tests of a clause: in all cells to which they apply, and those that are chosen.
    private record Choice(List<TestInCell> applicable, List<TestInCell> chosen) {
        /// The choices among the cells, by clause.
        static List<Choice> of(CellSelectionCondition condition, List<ContractCell> cells)
                throws ReflectiveOperationException {
            List<Choice> choices = new ArrayList<>();
            for (List<ContractTestCase> clause : ContractTestCase.clauses(ProcessStreamsTest.class)) {
                List<TestInCell> applicable = CellSelectionCondition.applicable(clause, cells);
                choices.add(new Choice(applicable, condition.choose(applicable)));
            }
            return choices;
        }

        /// Requires that the chosen tests have each level that an applicable one has.
        void requireEach(Function<TestInCell, Object> level) {
            requireEach(level, _ -> true);
        }

        /// Requires that the chosen tests have each level that an applicable one of these has.
        void requireEach(Function<TestInCell, Object> level, Predicate<TestInCell> these) {
            Set<Object> levels = chosen.stream().map(level).collect(Collectors.toSet());
            assertThat(levels).containsAll(applicable.stream().filter(these).map(level).toList());
        }
    }

    private static boolean isIn(Set<String> clauses, TestInCell one) {
        return one.test().clause().filter(clauses::contains).isPresent();
    }

    private static Set<ContractCell> used(List<Choice> choices) {
        return choices.stream().flatMap(choice -> choice.chosen().stream()).map(TestInCell::cell)
                .collect(Collectors.toSet());
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "USUAL")
    void eachClauseIsInEachModelStyleAndTransportOfTheOtherEnvironments(Environment environment) throws Exception {
        List<ContractCell> cells = StreamCells.cells(StreamCells.chosen(TestScope.USUAL), environment);
        List<Choice> choices = Choice.of(new CellSelectionCondition(), cells);
        for (Choice choice : choices) {
            choice.requireEach(one -> one.cell().model().id());
            choice.requireEach(one -> one.cell().style());
            choice.requireEach(one -> one.cell().transport(), one -> environment != Environment.WORKERS
                    || !one.cell().isTls() || isIn(CellSelectionCondition.OVER_TLS_IN_WORKERS, one));
        }
        assertThat(used(choices)).containsExactlyInAnyOrderElementsOf(cells);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = {"USUAL", "WORKERS"})
    void eachTestIsInACellOfAnotherEnvironmentInOneProcess(Environment environment) throws Exception {
        List<ContractCell> cells = StreamCells.cells(StreamCells.chosen(TestScope.USUAL), environment);
        for (Choice choice : Choice.of(new CellSelectionCondition(), cells)) {
            choice.requireEach(TestInCell::test);
        }
    }

    /// The lower bounds hold whichever clauses are said to be about handlers.
    @Test
    void eachTestAboutProcessesIsInWorkers() throws Exception {
        List<ContractCell> cells = StreamCells.cells(StreamCells.chosen(TestScope.USUAL), Environment.WORKERS);
        List<Choice> choices = Choice.of(new CellSelectionCondition(), cells);
        Set<Object> methods = new HashSet<>();
        Set<Object> overTls = new HashSet<>();
        for (Choice choice : choices) {
            choice.requireEach(one -> one.test().method(), one -> !isIn(CellSelectionCondition.ABOUT_HANDLERS, one));
            choice.requireEach(one -> one.cell().style(), one -> one.cell().startsPerConnection()
                    && one.test().clause().equals(Optional.of("Ending")));
            for (TestInCell one : choice.chosen()) {
                methods.add(List.of(one.test().clause(), one.test().method()));
                if (one.cell().isTls()) {
                    overTls.add(one);
                }
            }
        }
        assertThat(methods).as("tests in workers").hasSizeGreaterThanOrEqualTo(LEAST_IN_WORKERS);
        assertThat(overTls).as("runs over TLS in workers").hasSizeGreaterThanOrEqualTo(LEAST_OVER_TLS_IN_WORKERS);
    }

    static List<List<Model>> modelsOfTheUsualEnvironment() {
        return List.of(StreamCells.PORTABLE, StreamCells.LINUX, StreamCells.RING);
    }

    @ParameterizedTest
    @MethodSource("modelsOfTheUsualEnvironment")
    void eachTestIsInEachKindAndEachClauseInEachModelOfTheUsualEnvironment(List<Model> models) throws Exception {
        List<ContractCell> cells = StreamCells.usual(StreamCells.chosen(TestScope.USUAL), models);
        List<Choice> choices = Choice.of(CellSelectionCondition.eachKindForEachTest(), cells);
        for (Choice choice : choices) {
            choice.requireEach(one -> List.of(one.test(), one.kind()));
            choice.requireEach(one -> one.cell().model().id());
            choice.requireEach(one -> StreamCells.hasTwoLoops(one.cell()));
            choice.requireEach(one -> List.of(one.kind(), one.cell().style()));
            choice.requireEach(one -> List.of(one.kind(), one.cell().transport()));
        }
        assertThat(used(choices)).containsExactlyInAnyOrderElementsOf(cells);
    }

    @Test
    void eachTestIsInEachStyleAndWhereTlsDiffersOverEachTransportOfThePortableModels() throws Exception {
        List<ContractCell> cells = StreamCells.usual(StreamCells.chosen(TestScope.USUAL), StreamCells.PORTABLE);
        Set<Object> overTls = new HashSet<>();
        for (Choice choice : Choice.of(CellSelectionCondition.eachKindForEachTest(), cells)) {
            choice.requireEach(one -> List.of(one.test(), one.cell().style()));
            choice.requireEach(one -> List.of(one.test(), one.cell().transport()),
                    one -> isIn(CellSelectionCondition.EACH_TEST_OVER_EACH_TRANSPORT, one));
            choice.chosen().stream().filter(one -> one.cell().isTls()).map(TestInCell::test).forEach(overTls::add);
        }
        assertThat(overTls).as("tests over TLS").hasSizeGreaterThanOrEqualTo(LEAST_OVER_TLS);
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
        for (List<Model> models : modelsOfTheUsualEnvironment()) {
            count += count(CellSelectionCondition.of(scope), StreamCells.usual(StreamCells.chosen(scope), models));
        }
        for (Environment environment : EnumSet.complementOf(EnumSet.of(Environment.USUAL))) {
            count += count(new CellSelectionCondition(), StreamCells.cells(StreamCells.chosen(scope), environment));
        }
        return count;
    }

    private static long count(CellSelectionCondition condition, List<ContractCell> cells)
            throws ReflectiveOperationException {
        return Choice.of(condition, cells).stream().mapToLong(choice -> choice.chosen().size()).sum();
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
