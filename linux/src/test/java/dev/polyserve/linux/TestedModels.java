package dev.polyserve.linux;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.AnnotationBasedArgumentsProvider;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.support.ParameterDeclarations;

/// The models in which a parameterized test of a whole server runs: one of each family of models that have most of their code
/// in common. The tests select different ones. `-Dfull` runs each test in all models.
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ArgumentsSource(TestedModels.Provider.class)
@interface TestedModels {
    /// Whether the test needs a model that serves several clients at once.
    boolean concurrent() default false;

    /// Provides the names of the models.
    final class Provider extends AnnotationBasedArgumentsProvider<TestedModels> {
        private static final List<List<String>> CONCURRENT = List.of(List.of("thread", "thread-pool", "virtual"),
                List.of("nio"), List.of("polling", "select", "poll", "epoll", "epoll-et"), List.of("io_uring"));
        private static final List<List<String>> ALL = Stream.concat(Stream.of(List.of("iterative")),
                CONCURRENT.stream()).toList();
        private static final boolean FULL = "full".equals(System.getProperty("polyserve.tests"));

        @Override
        protected Stream<? extends Arguments> provideArguments(ParameterDeclarations parameters,
                ExtensionContext context, TestedModels models) {
            String test = context.getRequiredTestClass().getSimpleName() + "."
                    + context.getRequiredTestMethod().getName();
            return (models.concurrent() ? CONCURRENT : ALL).stream()
                    .flatMap(family -> FULL ? family.stream() : Stream.of(oneOf(family, test))).map(Arguments::of);
        }

        private static String oneOf(List<String> family, String test) {
            return family.get(Math.floorMod(test.hashCode(), family.size()));
        }
    }
}
