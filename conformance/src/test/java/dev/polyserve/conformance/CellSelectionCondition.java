package dev.polyserve.conformance;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/// The condition that selects, for each test of a class, the cells in which it runs. All tests together run in each
/// cell. `-Dfull` runs each test in each cell.
///
/// **Thread**: the thread of a test.
final class CellSelectionCondition implements ExecutionCondition {
    private static final Pattern CELL = Pattern.compile("\\[class-template-invocation:#(\\d+)]");
    private static final ConditionEvaluationResult ENABLED = ConditionEvaluationResult.enabled("in this cell");
    private static final ConditionEvaluationResult DISABLED = ConditionEvaluationResult
            .disabled("not in this cell: another cell runs it in this build");
    private static final List<Function<ContractCell, Object>> OF_A_CELL = List.of(cell -> cell.model().id(),
            StreamCells::hasTwoLoops, ContractCell::style, CellSelectionCondition::transport);
    /// The clauses whose tests run over TLS in worker processes, too: each handshake there loads the classes of TLS first.
    private static final Set<String> OVER_TLS_IN_WORKERS = Set.of("Bytes", "Ending", "Failure", "LastBytes");

    private final List<Function<TestInCell, Object>> factors;
    private final Map<Class<?>, Set<TestInCell>> chosen = new HashMap<>();

    /// Selects one cell for each test, because each test starts processes, or because other classes run the same tests in
    /// another environment. The tests of a clause together run in each model, style and transport.
    CellSelectionCondition() {
        this(Stream.concat(Stream.of(TestInCell::test), OF_A_CELL.stream()
                .<Function<TestInCell, Object>>map(factor -> one -> factor.apply(one.cell()))).toList());
    }

    private CellSelectionCondition(List<Function<TestInCell, Object>> factors) {
        this.factors = Stream.concat(factors.stream(),
                Stream.<Function<TestInCell, Object>>of(CellSelectionCondition::modelOverTls)).toList();
    }

    /// So that the tests of a clause together run over TLS in each model.
    private static Object modelOverTls(TestInCell one) {
        return one.hasToMeetTls() ? one.cell().model().id() : "";
    }

    /// As many cells for each test as it takes to run it in each model, style and transport.
    static CellSelectionCondition eachModelForEachTest() {
        return new CellSelectionCondition(OF_A_CELL.stream().<Function<TestInCell, Object>>map(
                factor -> one -> List.of(one.test(), factor.apply(one.cell()))).toList());
    }

    /// The transport that a test has to meet in this cell. It has to meet TLS in the portable models only, because a test
    /// takes several times as long there; under the other models, some tests of its clause do.
    static EndpointKind transport(ContractCell cell) {
        return cell.isTls() && !StreamCells.PORTABLE.contains(cell.model()) ? EndpointKind.TCP : cell.transport();
    }

    /// What this build runs of a model's tests in the default environment: with `-Dquick` one cell for each test.
    static CellSelectionCondition ofThisBuild() {
        return of(TestScope.current());
    }

    static CellSelectionCondition of(TestScope scope) {
        return scope == TestScope.QUICK ? new CellSelectionCondition() : eachModelForEachTest();
    }

    /// A test in one cell.
    record TestInCell(ContractTestCase test, ContractCell cell) {
        /// Whether the cell is over TLS, and the tests of the clause have to run there.
        boolean hasToMeetTls() {
            return cell.isTls()
                    && (!cell.hasWorkers() || test.clause().filter(OVER_TLS_IN_WORKERS::contains).isPresent());
        }
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (TestScope.current() == TestScope.FULL || StreamCells.areSelectedByWord()
                || context.getTestInstance().isEmpty()) {
            return ENABLED;
        }
        String id = context.getUniqueId();
        Matcher cell = CELL.matcher(id);
        if (!cell.find()) {
            throw new IllegalStateException("the test has no cell: " + id);
        }
        try {
            ContractTestCase test = ContractTestCase.of(id);
            ContractCell here = ContractTestCase.cells(test.type()).get(Integer.parseInt(cell.group(1)) - 1);
            return chosen(test.type()).contains(new TestInCell(test, here)) ? ENABLED : DISABLED;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot run " + id, e);
        }
    }

    private synchronized Set<TestInCell> chosen(Class<?> type) throws ReflectiveOperationException {
        Set<TestInCell> known = chosen.get(type);
        if (known == null) {
            known = new HashSet<>(choose(type));
            chosen.put(type, known);
        }
        return known;
    }

    private List<TestInCell> choose(Class<?> type) throws ReflectiveOperationException {
        List<TestInCell> all = new ArrayList<>();
        for (List<ContractTestCase> clause : ContractTestCase.clauses(type)) {
            all.addAll(choose(clause, ContractTestCase.cells(type)));
        }
        return all;
    }

    /// Selects cells for the tests of a clause.
    List<TestInCell> choose(List<ContractTestCase> clause, List<ContractCell> cells)
            throws ReflectiveOperationException {
        List<TestInCell> applicable = applicable(clause, cells);
        // Clauses differ in which of equal cells comes first.
        Collections.shuffle(applicable, new Random(clause.stream().map(ContractTestCase::method).toList().hashCode()));
        return CoveringArray.chooseInTurn(List.of(
                applicable.stream().filter(one -> !one.cell().isTls()).toList(),
                applicable.stream().filter(one -> one.cell().isTls()).toList()), factors, 1);
    }

    /// The tests in all cells to which they apply.
    static List<TestInCell> applicable(List<ContractTestCase> tests, List<ContractCell> cells)
            throws ReflectiveOperationException {
        List<TestInCell> applicable = new ArrayList<>();
        for (ContractTestCase test : tests) {
            for (ContractCell cell : cells) {
                if (TestDryRun.applies(test, cell)) {
                    applicable.add(new TestInCell(test, cell));
                }
            }
        }
        return applicable;
    }
}
