package dev.polyserve.faults;

import dev.polyserve.conformance.CoveringArray;
import dev.polyserve.conformance.TestScope;
import java.lang.reflect.Method;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.AnnotationBasedArgumentsProvider;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.support.ParameterDeclarations;

/// Provides the models of a test with [Models]: one of each family, unless the build runs all.
final class ModelsOfTest extends AnnotationBasedArgumentsProvider<Models> {
    @Override
    protected Stream<? extends Arguments> provideArguments(ParameterDeclarations parameters, ExtensionContext context,
            Models models) {
        return (TestScope.current() == TestScope.FULL
                ? Stream.of(models.value(), models.whenFull()).flatMap(Stream::of)
                : choose(context.getRequiredTestMethod(), List.of(models.value())).stream()).map(Arguments::of);
    }

    /// The models in which a usual build runs the test.
    static List<String> choose(Method test, List<String> all) {
        return CoveringArray.chooseFor(test.getDeclaringClass().getSimpleName() + "." + test.getName(), all,
                List.of(ModelsOfTest::family));
    }

    static Mode.Family family(String model) {
        return new Mode(model, Mode.Style.HANDLER).family();
    }
}
