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

/// Provides the modes of a test with [Modes]: one of each family and style, unless the build runs all.
final class ModesOfTest extends AnnotationBasedArgumentsProvider<Modes> {
    @Override
    protected Stream<? extends Arguments> provideArguments(ParameterDeclarations parameters, ExtensionContext context,
            Modes modes) {
        List<Mode> all = modes.value().modes();
        return (TestScope.current() == TestScope.FULL ? all : choose(context.getRequiredTestMethod(), all)).stream()
                .map(Arguments::of);
    }

    /// The modes in which a usual build runs the test.
    static List<Mode> choose(Method test, List<Mode> all) {
        return CoveringArray.chooseFor(test.getDeclaringClass().getSimpleName() + "." + test.getName(), all,
                List.of(Mode::family, Mode::style));
    }
}
