package dev.polyserve.conformance;

import dev.polyserve.spi.MultiplexerKind;
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
import java.util.stream.IntStream;
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
    /// What the tests of a clause meet together.
    private static final List<Function<TestInCell, Object>> OF_A_CLAUSE = List.of(one -> one.cell().model().id(),
            one -> StreamCells.hasTwoLoops(one.cell()), one -> one.cell().style(), TestInCell::transport,
            TestInCell::processes);
    /// What a test meets in the default environment, and what the tests of a clause then meet together.
    private static final List<Function<TestInCell, Object>> OF_A_TEST = List.of(
            one -> List.of(one.test(), one.kind()), one -> List.of(one.test(), one.style()),
            one -> List.of(one.kind(), one.cell().style()), one -> List.of(one.kind(), one.transport()),
            one -> List.of(one.test(), one.transportOfATest()));
    /// The clauses of which each test runs over each transport in the portable models: what they are about differs over TLS,
    /// where bytes are in records and the end of a direction is a message.
    static final Set<String> EACH_TEST_OVER_EACH_TRANSPORT = Set.of("BackPressure", "Bytes", "Drain", "Ending",
            "Failure", "HalfClose", "LastBytes");
    /// The clauses whose tests run over TLS in worker processes, too: each handshake there loads the classes of TLS first.
    static final Set<String> OVER_TLS_IN_WORKERS = Set.of("Bytes", "Ending", "Failure", "LastBytes");
    static final String WITH_A_PROCESS_IN_EACH_STYLE = "Ending";
    /// The clauses about what a handler calls, which runs in a worker process as in another one. Those about how a connection
    /// ends are not among them: a worker reports that to the supervisor, and may end with its connection.
    static final Set<String> ABOUT_HANDLERS = Set.of("BackPressure", "Bytes", "HandOff", "Hubs", "Messages", "Outgoing",
            "OutgoingLimits", "OutgoingTls", "Pinning", "Relays", "Senders");

    private final List<Function<TestInCell, Object>> factors;
    private final Map<Class<?>, Selection> selections = new HashMap<>();

    /// Selects one cell for each test, because each test starts processes, or because other classes run the same tests in
    /// another environment. The tests of a clause together run in each model, style and transport.
    CellSelectionCondition() {
        this(List.of(TestInCell::part));
    }

    private CellSelectionCondition(List<Function<TestInCell, Object>> ofATest) {
        factors = Stream.concat(ofATest.stream(), OF_A_CLAUSE.stream()).toList();
    }

    /// As many cells for each test as it takes to run it in each kind of model and, in the portable models, in each style and,
    /// in some clauses, over each transport. The tests of a clause together also run in each model, and in each kind of model
    /// in each style and over each transport.
    static CellSelectionCondition eachKindForEachTest() {
        return new CellSelectionCondition(OF_A_TEST);
    }

    /// What this build runs of a model's tests in the default environment: with `-Dquick` one cell for each test.
    static CellSelectionCondition ofThisBuild() {
        return of(TestScope.current());
    }

    static CellSelectionCondition of(TestScope scope) {
        return scope == TestScope.QUICK ? new CellSelectionCondition() : eachKindForEachTest();
    }

    /// The kind of a model: how it waits for its connections.
    enum Kind {
        THREADS, LOOPS, EDGE_TRIGGERED_LOOPS
    }

    /// What this build runs of the tests of a class.
    private record Selection(List<ContractCell> cells, Set<TestInCell> chosen) {}

    /// A test in one cell.
    record TestInCell(ContractTestCase test, ContractCell cell) {
        private static final int MOST_COST = 2;

        Kind kind() {
            return cell.execution().multiplexing().map(mechanism -> mechanism instanceof MultiplexerKind.Epoll epoll
                    && epoll.edgeTriggered() ? Kind.EDGE_TRIGGERED_LOOPS : Kind.LOOPS).orElse(Kind.THREADS);
        }

        /// The style that the test has to meet in this cell. In the other models the tests of its clause do together, because
        /// what differs between styles is not in the loops.
        Object style() {
            return isPortable() ? cell.style() : "";
        }

        /// The transport that the test has to meet in this cell.
        Object transportOfATest() {
            return isPortable() && test.clause().filter(EACH_TEST_OVER_EACH_TRANSPORT::contains).isPresent()
                    ? cell.transport()
                    : "";
        }

        private boolean isPortable() {
            return StreamCells.PORTABLE.contains(cell.model());
        }

        /// What has to run once where one cell is selected for each test. In worker processes, a clause about what handlers
        /// do, which other classes run in this process, runs as a whole only, and of a parameterized test one invocation.
        Object part() {
            if (!cell.hasWorkers()) {
                return test;
            }
            return isAboutHandlers() ? "" : test.method();
        }

        private boolean isAboutHandlers() {
            return test.clause().filter(ABOUT_HANDLERS::contains).isPresent();
        }

        /// How connections are spread over processes, where that matters. The tests of one clause together run in each style with
        /// a process for each connection.
        Object processes() {
            if (cell.startsPerConnection()) {
                return test.clause().filter(WITH_A_PROCESS_IN_EACH_STYLE::equals).isPresent() ? cell.style() : "each";
            }
            return cell.hasSeveralAcceptors() && !isAboutHandlers();
        }

        /// How much the test takes in this cell: more with a process for each connection, and most with TLS.
        int cost() {
            return cell.isTls() ? MOST_COST : cell.startsPerConnection() || cell.hasSeveralAcceptors() ? 1 : 0;
        }

        /// The transport that the tests of the clause have to meet in this cell.
        EndpointKind transport() {
            return cell.isTls() && cell.hasWorkers() && test.clause().filter(OVER_TLS_IN_WORKERS::contains).isEmpty()
                    ? EndpointKind.TCP
                    : cell.transport();
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
            Selection selection = selection(test.type());
            ContractCell here = selection.cells().get(Integer.parseInt(cell.group(1)) - 1);
            return selection.chosen().contains(new TestInCell(test, here)) ? ENABLED : DISABLED;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot run " + id, e);
        }
    }

    private synchronized Selection selection(Class<?> type) throws ReflectiveOperationException {
        Selection known = selections.get(type);
        if (known == null) {
            List<ContractCell> cells = ContractTestCase.cells(type);
            Set<TestInCell> chosen = new HashSet<>();
            for (List<ContractTestCase> clause : ContractTestCase.clauses(type)) {
                chosen.addAll(choose(applicable(clause, cells)));
            }
            known = new Selection(cells, chosen);
            selections.put(type, known);
        }
        return known;
    }

    /// Selects among the tests of a clause, each in all cells to which it applies.
    List<TestInCell> choose(List<TestInCell> applicable) {
        List<TestInCell> shuffled = new ArrayList<>(applicable);
        // Clauses differ in which of equal cells comes first.
        Collections.shuffle(shuffled, new Random(applicable.stream().map(one -> one.test().method()).distinct().toList()
                .hashCode()));
        return CoveringArray.chooseInTurn(IntStream.rangeClosed(0, TestInCell.MOST_COST)
                .mapToObj(cost -> shuffled.stream().filter(one -> one.cost() == cost).toList()).toList(), factors, 1);
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
