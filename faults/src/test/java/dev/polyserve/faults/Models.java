package dev.polyserve.faults;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.provider.ArgumentsSource;

/// The models in which a parameterized test runs the packaged program.
///
/// As for [Modes], a build runs each test in one model of each [Mode.Family], and the tests select different models.
/// `-Dfull` runs each test in all its models.
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ArgumentsSource(ModelsOfTest.class)
@interface Models {
    /// The names of the models, as on the command line.
    String[] value();

    /// More models, in which only `-Dfull` runs the test.
    String[] whenFull() default {};
}
