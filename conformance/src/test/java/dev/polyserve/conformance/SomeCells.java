package dev.polyserve.conformance;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Runs each test of a class in one cell of each model to which it applies, because each test starts processes. The other
/// cells are for other tests. `-Dfull` runs each test in each cell.
///
/// **Thread**: the thread of a test.
final class SomeCells implements ExecutionCondition {
    private static final Pattern CELL = Pattern.compile("\\[class-template-invocation:#(\\d+)]");
    private static final ConditionEvaluationResult ENABLED = ConditionEvaluationResult.enabled("in this cell");
    private static final ConditionEvaluationResult DISABLED = ConditionEvaluationResult
            .disabled("not in this cell: another cell of the model runs it in this build");

    /// The numbers of the cells of each test, by the test's identifier without the number of a cell.
    private final Map<String, List<Integer>> chosen = new ConcurrentHashMap<>();

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (TestScope.current() == TestScope.FULL || StreamCells.areSelectedByWord()
                || context.getTestInstance().isEmpty()) {
            return ENABLED;
        }
        Matcher cell = CELL.matcher(context.getUniqueId());
        if (!cell.find()) {
            throw new IllegalStateException("the test has no cell: " + context.getUniqueId());
        }
        String test = cell.replaceFirst("");
        Class<?> type = context.getRequiredTestInstances().getAllInstances().getFirst().getClass();
        return chosen.computeIfAbsent(test, _ -> choose(test, cells(type), context.getUniqueId()))
                .contains(Integer.parseInt(cell.group(1))) ? ENABLED : DISABLED;
    }

    /// The numbers of the selected cells, from 1.
    private static List<Integer> choose(String test, List<?> cells, String anyCell) {
        List<Integer> applicable = IntStream.rangeClosed(1, cells.size()).filter(number -> applies(anyCell, number))
                .boxed().toList();
        return CoveringArray.chooseFor(test, applicable,
                List.of(number -> ((Cell) cells.get(number - 1)).model().id()));
    }

    private static boolean applies(String test, int cell) {
        try {
            return DryRun.applies(CELL.matcher(test).replaceFirst("[class-template-invocation:#" + cell + "]"));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot run " + test, e);
        }
    }

    private static List<?> cells(Class<?> type) {
        try {
            Method cells = type.getDeclaredMethod("cells");
            cells.setAccessible(true);
            return (List<?>) cells.invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type + " has no cells", e);
        }
    }
}
