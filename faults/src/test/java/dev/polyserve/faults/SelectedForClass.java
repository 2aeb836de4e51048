package dev.polyserve.faults;

import dev.polyserve.conformance.CoveringArray;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;

/// Selects the modes or models in which a usual build runs the tests of a class.
///
/// Each test meets each level of some factors, and the tests of the class together each level of others. The name of the
/// class decides which of equal choices is taken, so that classes take different ones, and together all (`ModesTest`).
///
/// @param levels all modes or models of a test; empty for another method
/// @param ofEachTest the factors of which each test meets each level that it has
/// @param ofTheClass the factors of which the tests together do
///
/// **Thread**: any.
record SelectedForClass<T>(Function<Method, List<T>> levels, List<Function<T, Object>> ofEachTest,
        List<Function<T, Object>> ofTheClass) {
    /// With it, the classes take all modes and models.
    private static final int SEED = 9;

    /// Those of a test, in their order.
    List<T> of(Method test) {
        List<TestCase<T>> all = new ArrayList<>();
        for (Method each : methods(test.getDeclaringClass())) {
            levels.apply(each).forEach(level -> all.add(new TestCase<>(each, level)));
        }
        Collections.shuffle(all, new Random(SEED + test.getDeclaringClass().getSimpleName().hashCode()));
        List<TestCase<T>> chosen = CoveringArray.choose(all, factors(), 1);
        return levels.apply(test).stream().filter(level -> chosen.contains(new TestCase<>(test, level))).toList();
    }

    private List<Function<TestCase<T>, Object>> factors() {
        return Stream.concat(
                ofEachTest.stream().<Function<TestCase<T>, Object>>map(
                        factor -> one -> List.of(one.test(), factor.apply(one.level()))),
                ofTheClass.stream().<Function<TestCase<T>, Object>>map(factor -> one -> factor.apply(one.level())))
                .toList();
    }

    private static List<Method> methods(Class<?> type) {
        return Stream.of(type.getDeclaredMethods()).sorted(Comparator.comparing(Method::getName)).toList();
    }

    /// A test in one mode or model.
    private record TestCase<T>(Method test, T level) {}
}
