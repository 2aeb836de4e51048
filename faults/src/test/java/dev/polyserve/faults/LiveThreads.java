package dev.polyserve.faults;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The threads of this process that are alive, virtual ones too: as the JDK keeps them for its thread dumps.
///
/// The dump itself, which is the public way to virtual threads, stops each of them to look at its stack, and up to JDK 25 that
/// can crash the JVM while one is being mounted (JDK-8364343). Here nobody is stopped: the JDK's lists are read, and only
/// those. They have no public name, so it takes `--add-opens java.base/jdk.internal.vm=ALL-UNNAMED`; and virtual threads
/// are in them only with `-Djdk.trackAllThreads=true`.
///
/// **Thread**: any.
final class LiveThreads {
    private static final Class<?> CONTAINER = internal("jdk.internal.vm.ThreadContainer");
    private static final Method ROOT = method(internal("jdk.internal.vm.ThreadContainers"), "root");
    private static final Method CHILDREN = method(CONTAINER, "children");
    private static final Method THREADS = method(CONTAINER, "threads");

    private LiveThreads() {}

    /// The names of those that are the library's, in order; one that starts or ends meanwhile may be there or not.
    static Stream<String> ofTheLibrary() {
        return in(call(ROOT, null)).filter(Thread::isAlive).map(Thread::getName)
                .filter(name -> name.startsWith("polyserve")).sorted();
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
            throw new IllegalStateException("this JDK keeps its threads elsewhere", e);
        }
    }

    private static Method method(Class<?> type, String name) {
        try {
            Method method = type.getDeclaredMethod(name);
            method.setAccessible(true);
            return method;
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("this JDK keeps its threads elsewhere", e);
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
