package dev.polyserve.faults;

import dev.polyserve.conformance.TestScope;
import java.lang.reflect.Method;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.AnnotationBasedArgumentsProvider;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.support.ParameterDeclarations;

/// Provides the models of a test with [Models]: some of them, unless the build runs all.
final class ModelsOfTest extends AnnotationBasedArgumentsProvider<Models> {
    private static final SelectedForClass<String> USUAL = new SelectedForClass<>(ModelsOfTest::all,
            List.of(model -> family(model).isOfThreads()), List.of(ModelsOfTest::family));

    @Override
    protected Stream<? extends Arguments> provideArguments(ParameterDeclarations parameters, ExtensionContext context,
            Models models) {
        return (TestScope.current() == TestScope.FULL
                ? Stream.of(models.value(), models.whenFull()).flatMap(Stream::of)
                : choose(context.getRequiredTestMethod()).stream()).map(Arguments::of);
    }

    /// The models in which a usual build runs the test.
    static List<String> choose(Method test) {
        return USUAL.of(test);
    }

    /// The models of a test of which a usual build selects; none of a method without [Models].
    static List<String> all(Method test) {
        Models models = test.getAnnotation(Models.class);
        return models == null ? List.of() : List.of(models.value());
    }

    static Mode.Family family(String model) {
        return new Mode(model, Mode.Style.HANDLER).family();
    }
}
