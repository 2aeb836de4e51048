package dev.polyserve.faults;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Lists the live threads of this process, including virtual threads, from the JDK's internal lists.
///
/// A thread dump is the public way to list virtual threads. It suspends each thread to read its stack, which up to JDK
/// 25 can crash the JVM while a thread is being mounted (JDK-8364343). This class suspends no thread. The internal
/// lists require `--add-opens java.base/jdk.internal.vm=ALL-UNNAMED`, and contain virtual threads only with
/// `-Djdk.trackAllThreads=true`.
///
/// **Thread**: any.
final class LiveThreads {
    private static final Class<?> CONTAINER = internal("jdk.internal.vm.ThreadContainer");
    private static final Method ROOT = method(internal("jdk.internal.vm.ThreadContainers"), "root");
    private static final Method CHILDREN = method(CONTAINER, "children");
    private static final Method THREADS = method(CONTAINER, "threads");

    private LiveThreads() {}

    /// The names of the library's threads, in order; may or may not include a thread that starts or ends meanwhile. Without
    /// spare threads for loops, which come when a busy machine delays a handler, and end half a minute later.
    static Stream<String> ofTheLibrary() {
        return in(call(ROOT, null)).filter(Thread::isAlive).map(Thread::getName)
                .filter(name -> name.startsWith("polyserve") && !name.equals("polyserve-spare")).sorted();
    }

    private static Stream<Thread> in(Object container) {
        return Stream.concat(stream(THREADS, container).map(Thread.class::cast),
                stream(CHILDREN, container).flatMap(LiveThreads::in));
    }

    private static Stream<?> stream(Method method, Object container) {
        return (Stream<?>) call(method, container);
    }

    private static Class<?> internal(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("this JDK has other internal thread lists", e);
        }
    }

    private static Method method(Class<?> type, String name) {
        try {
            Method method = type.getDeclaredMethod(name);
            method.setAccessible(true);
            return method;
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("this JDK has other internal thread lists", e);
        }
    }

    private static Object call(Method method, @Nullable Object of) {
        try {
            return method.invoke(of);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("the JDK's list of threads cannot be read", e);
        }
    }
}
