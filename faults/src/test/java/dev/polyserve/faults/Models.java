package dev.polyserve.faults;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.provider.ArgumentsSource;

/// The models in which a parameterized test runs the packaged program.
///
/// As for [Modes], a build runs each test in a model of threads and in another one; together, the tests of a class run in each
/// [Mode.Family]. `-Dfull` runs each test in all its models.
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ArgumentsSource(ModelsOfTest.class)
@interface Models {
    /// The names of the models, as on the command line.
    String[] value();

    /// More models, in which only `-Dfull` runs the test.
    String[] whenFull() default {};
}
