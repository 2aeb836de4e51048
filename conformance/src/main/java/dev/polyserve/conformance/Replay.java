package dev.polyserve.conformance;

import dev.polyserve.spi.ModelPlan;
import dev.polyserve.Endpoint;
import dev.polyserve.Model;
import dev.polyserve.Server;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.jspecify.annotations.Nullable;

/// The program of worker processes in the contract: runs one test again up to the start of its server, which does not
/// return in a worker.
///
/// Before that point a test only describes its server. [ServerFixture#bind] does not return in a worker either, so the
/// worker skips what the test does with a bound server.
///
/// **Thread**: the main thread of a worker for [#main]; otherwise the thread of the test.
final class Replay implements BeforeEachCallback {
    /// The exit code `EX_CONFIG` of Unix: the server then starts no replacement, so the test fails instead of being
    /// retried for ever.
    private static final int EX_CONFIG = 78;
    private static final Pattern OUTER = Pattern
            .compile("\\[class-template:([^]]+)]/\\[class-template-invocation:#(\\d+)]");
    private static final Pattern NESTED = Pattern.compile("\\[nested-class:(\\w+)]");
    private static final Pattern METHOD = Pattern.compile("\\[(?:method|test-template):(\\w+)\\(");
    private static final Pattern INVOCATION = Pattern.compile("\\[test-template-invocation:#(\\d+)]");

    private static volatile String test = "";
    private static volatile Optional<Endpoint> place = Optional.empty();

    @Override
    public void beforeEach(ExtensionContext context) {
        test = context.getUniqueId();
    }

    /// The model with workers that run the present test.
    ///
    /// @param endpoint the endpoint of the server
    static Model inWorkers(Model model, Endpoint endpoint) {
        if (Server.isWorker()) {
            return model;
        }
        ModelPlan plan = ModelPlan.of(model);
        return plan.execution().processes()
                .map(processes -> plan.with(processes.with(processes.workers()
                        .withProgram(WorkerJvm.replaying(List.of(test, endpoint.toString()))))))
                .orElse(plan);
    }

    /// The endpoint of the server, in a worker; empty in other processes.
    static Optional<Endpoint> place() {
        return place;
    }

    /// Runs a test again.
    ///
    /// @param arguments the unique identifier of the test, and the endpoint of its server
    static void main(String[] arguments) {
        place = Optional.of(Endpoint.parse(arguments[1]));
        try {
            if (!Server.isWorker()) {
                throw new IllegalStateException("this program runs only in worker processes");
            }
            run(arguments[0]);
            throw new IllegalStateException("the test ended without starting a server");
        } catch (ReflectiveOperationException | RuntimeException | AssertionError e) {
            Throwable why = e instanceof InvocationTargetException && e.getCause() != null ? e.getCause() : e;
            new IllegalStateException("a worker could not run again " + arguments[0], why).printStackTrace();
            System.exit(EX_CONFIG);
        }
    }

    /// Runs the test with this unique identifier.
    static void run(String id) throws ReflectiveOperationException {
        Matcher outer = find(OUTER, id);
        Class<?> type = Class.forName(outer.group(1));
        Object cell = list(type, type).get(Integer.parseInt(outer.group(2)) - 1);
        Object instance = accessible(type.getDeclaredConstructor(Cell.class)).newInstance(cell);
        Matcher nested = NESTED.matcher(id);
        Object tests = nested.find() ? nested(nested.group(1), instance) : instance;
        Method method = method(find(METHOD, id).group(1), tests.getClass());
        method.setAccessible(true);
        if (method.getParameterCount() == 0) {
            method.invoke(tests);
        } else {
            method.invoke(tests, argument(method, Integer.parseInt(find(INVOCATION, id).group(1)) - 1));
        }
    }

    private static Matcher find(Pattern pattern, String id) {
        Matcher matcher = pattern.matcher(id);
        if (!matcher.find()) {
            throw new IllegalArgumentException("no " + pattern + " in " + id);
        }
        return matcher;
    }

    private static Object nested(String name, Object outer) throws ReflectiveOperationException {
        for (Class<?> nested : StreamContract.class.getDeclaredClasses()) {
            if (nested.getSimpleName().equals(name)) {
                return accessible(nested.getDeclaredConstructor(StreamContract.class)).newInstance(outer);
            }
        }
        throw new IllegalArgumentException("the contract has no clause " + name);
    }

    private static Method method(String name, Class<?> type) {
        for (Class<?> in = type; in != null; in = in.getSuperclass()) {
            for (Method method : in.getDeclaredMethods()) {
                if (method.getName().equals(name)) {
                    return method;
                }
            }
        }
        throw new IllegalArgumentException(type + " has no test " + name);
    }

    /// The argument of a parameterized test in the invocation with this index.
    private static Object argument(Method test, int index) throws ReflectiveOperationException {
        if (test.isAnnotationPresent(ValueSource.class)) {
            return test.getAnnotation(ValueSource.class).ints()[index];
        }
        if (test.isAnnotationPresent(EnumSource.class)) {
            return test.getParameterTypes()[0].getEnumConstants()[index];
        }
        return list(test, test.getDeclaringClass()).get(index);
    }

    private static List<?> list(AnnotatedElement annotated, Class<?> in) throws ReflectiveOperationException {
        MethodSource source = annotated.getAnnotation(MethodSource.class);
        Method method = in.getDeclaredMethod(source.value()[0]);
        method.setAccessible(true);
        @Nullable
        Object all = method.invoke(null);
        return switch (all) {
            case List<?> list -> list;
            case java.util.stream.Stream<?> stream -> stream.toList();
            case null -> throw new IllegalArgumentException(method + " returns null");
            default -> throw new IllegalArgumentException(method + " returns neither a list nor a stream");
        };
    }

    private static <T> Constructor<T> accessible(Constructor<T> constructor) {
        constructor.setAccessible(true);
        return constructor;
    }
}
