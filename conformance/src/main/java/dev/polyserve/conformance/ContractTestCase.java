package dev.polyserve.conformance;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.jspecify.annotations.Nullable;

/// A test of the contract, in any cell of its class. It can be run without JUnit.
///
/// @param type the class with the cells
/// @param clause the simple name of the nested class that has the test; empty for a test of `type` itself
/// @param method the name of the test's method
/// @param invocation the number of an invocation of a parameterized test, from 1; 0 for another test
record ContractTestCase(Class<?> type, Optional<String> clause, String method, int invocation) {
    private static final Pattern TYPE = Pattern.compile("\\[class-template:([^]]+)]");
    private static final Pattern CLAUSE = Pattern.compile("\\[nested-class:(\\w+)]");
    private static final Pattern METHOD = Pattern.compile("\\[(?:method|test-template):(\\w+)\\(");
    private static final Pattern INVOCATION = Pattern.compile("\\[test-template-invocation:#(\\d+)]");

    /// The test with a unique identifier of JUnit.
    static ContractTestCase of(String id) throws ClassNotFoundException {
        return new ContractTestCase(Class.forName(find(TYPE, id).orElseThrow()), find(CLAUSE, id),
                find(METHOD, id).orElseThrow(), find(INVOCATION, id).map(Integer::parseInt).orElse(0));
    }

    private static Optional<String> find(Pattern pattern, String id) {
        Matcher matcher = pattern.matcher(id);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /// The tests of a class with cells, by clause.
    static List<List<ContractTestCase>> clauses(Class<?> type) throws ReflectiveOperationException {
        List<List<ContractTestCase>> clauses = new ArrayList<>();
        for (Class<?> nested : StreamContract.class.isAssignableFrom(type)
                ? StreamContract.class.getDeclaredClasses()
                : new Class<?>[0]) {
            if (nested.isAnnotationPresent(Nested.class)) {
                clauses.add(tests(type, Optional.of(nested.getSimpleName()), nested));
            }
        }
        clauses.add(tests(type, Optional.empty(), type));
        return clauses;
    }

    private static List<ContractTestCase> tests(Class<?> type, Optional<String> clause, Class<?> tests)
            throws ReflectiveOperationException {
        List<ContractTestCase> all = new ArrayList<>();
        List<Method> methods = methods(tests);
        methods.sort(Comparator.comparing(Method::getName));
        for (Method method : methods) {
            if (method.isAnnotationPresent(Test.class)) {
                all.add(new ContractTestCase(type, clause, method.getName(), 0));
            } else if (method.isAnnotationPresent(ParameterizedTest.class)) {
                int count = arguments(method).size();
                IntStream.rangeClosed(1, count)
                        .forEach(i -> all.add(new ContractTestCase(type, clause, method.getName(), i)));
            }
        }
        return all;
    }

    /// The cells of a test class, from its method `cells`: reading the annotation that names the method would take a
    /// worker longer than running the test again.
    static List<ContractCell> cells(Class<?> type) throws ReflectiveOperationException {
        return list("cells", type).stream().map(ContractCell.class::cast).toList();
    }

    /// Runs the test in this thread.
    void run(ContractCell cell) throws ReflectiveOperationException {
        Object instance = accessible(type.getDeclaredConstructor(ContractCell.class)).newInstance(cell);
        Object tests = clause.isPresent() ? nested(clause.get(), instance) : instance;
        Method test = methods(tests.getClass()).stream().filter(each -> each.getName().equals(method)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException(tests.getClass() + " has no test " + method));
        test.setAccessible(true);
        if (invocation == 0) {
            test.invoke(tests);
        } else {
            test.invoke(tests, arguments(test).get(invocation - 1));
        }
    }

    private static Object nested(String name, Object outer) throws ReflectiveOperationException {
        for (Class<?> nested : StreamContract.class.getDeclaredClasses()) {
            if (nested.getSimpleName().equals(name)) {
                return accessible(nested.getDeclaredConstructor(StreamContract.class)).newInstance(outer);
            }
        }
        throw new IllegalArgumentException("the contract has no clause " + name);
    }

    private static List<Method> methods(Class<?> type) {
        List<Method> methods = new ArrayList<>();
        for (Class<?> in = type; in != null; in = in.getSuperclass()) {
            methods.addAll(List.of(in.getDeclaredMethods()));
        }
        return methods;
    }

    /// The arguments of a parameterized test.
    private static List<?> arguments(Method test) throws ReflectiveOperationException {
        if (test.isAnnotationPresent(ValueSource.class)) {
            return IntStream.of(test.getAnnotation(ValueSource.class).ints()).boxed().toList();
        }
        if (test.isAnnotationPresent(EnumSource.class)) {
            return List.of(test.getParameterTypes()[0].getEnumConstants());
        }
        return list(test.getAnnotation(MethodSource.class).value()[0], test.getDeclaringClass());
    }

    private static List<?> list(String source, Class<?> in) throws ReflectiveOperationException {
        Method method = in.getDeclaredMethod(source);
        method.setAccessible(true);
        @Nullable
        Object all = method.invoke(null);
        return switch (all) {
            case List<?> list -> list;
            case Stream<?> stream -> stream.toList();
            case null -> throw new IllegalArgumentException(method + " returns null");
            default -> throw new IllegalArgumentException(method + " returns neither a list nor a stream");
        };
    }

    private static <T> Constructor<T> accessible(Constructor<T> constructor) {
        constructor.setAccessible(true);
        return constructor;
    }
}
