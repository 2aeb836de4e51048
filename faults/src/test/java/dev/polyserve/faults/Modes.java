package dev.polyserve.faults;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import org.junit.jupiter.params.provider.ArgumentsSource;

/// The modes in which a parameterized test runs.
///
/// A build runs each test in a mode of threads, in one of event loops, and in both styles; together, the tests of a class run
/// in each [Mode.Family]. `-Dfull` runs each test in all its modes.
///
/// A test of what is specific to a model uses `@MethodSource` instead, and runs in all its modes in each build.
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ArgumentsSource(ModesOfTest.class)
@interface Modes {
    Group value();

    /// A group of modes.
    enum Group {
        /// As [Mode#all].
        ALL,
        /// As [Mode#allConcurrent].
        ALL_CONCURRENT,
        /// The concurrent modes that start no thread for each connection.
        ALL_WITHOUT_MORE_THREADS,
        /// As [Mode#allThatCall].
        ALL_THAT_CALL,
        /// The modes that use no processor while they are idle.
        ALL_THAT_WAIT,
        /// As [Mode#models].
        MODELS,
        /// As [Mode#concurrentModels].
        CONCURRENT_MODELS,
        /// As [Mode#acceptors].
        ACCEPTORS,
        /// As [Mode#withoutErrorNumbers].
        ACCEPTORS_WITHOUT_ERROR_NUMBERS,
        /// As [Mode#manyClients].
        MANY_CLIENTS,
        /// As [Mode#unixListeners].
        UNIX_LISTENERS;

        List<Mode> modes() {
            return switch (this) {
                case ALL -> Mode.all();
                case ALL_CONCURRENT -> Mode.allConcurrent();
                case ALL_WITHOUT_MORE_THREADS ->
                    Mode.allConcurrent().stream().filter(mode -> !mode.model().equals("thread")).toList();
                case ALL_THAT_CALL -> Mode.allThatCall();
                case ALL_THAT_WAIT -> Mode.all().stream().filter(mode -> !mode.polling()).toList();
                case MODELS -> Mode.models();
                case CONCURRENT_MODELS -> Mode.concurrentModels();
                case ACCEPTORS -> Mode.acceptors();
                case ACCEPTORS_WITHOUT_ERROR_NUMBERS -> Mode.withoutErrorNumbers();
                case MANY_CLIENTS -> Mode.manyClients();
                case UNIX_LISTENERS -> Mode.unixListeners();
            };
        }
    }
}
