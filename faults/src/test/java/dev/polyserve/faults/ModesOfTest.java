package dev.polyserve.faults;

import dev.polyserve.conformance.TestScope;
import java.lang.reflect.Method;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.AnnotationBasedArgumentsProvider;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.support.ParameterDeclarations;

/// Provides the modes of a test with [Modes]: some of them, unless the build runs all.
final class ModesOfTest extends AnnotationBasedArgumentsProvider<Modes> {
    private static final SelectedForClass<Mode> USUAL = new SelectedForClass<>(ModesOfTest::all,
            List.of(mode -> mode.family().isOfThreads(), Mode::style), List.of(Mode::family));

    @Override
    protected Stream<? extends Arguments> provideArguments(ParameterDeclarations parameters, ExtensionContext context,
            Modes modes) {
        return (TestScope.current() == TestScope.FULL
                ? modes.value().modes()
                : choose(context.getRequiredTestMethod())).stream().map(Arguments::of);
    }

    /// The modes in which a usual build runs the test.
    static List<Mode> choose(Method test) {
        return USUAL.of(test);
    }

    /// All modes of a test; none of a method without [Modes].
    static List<Mode> all(Method test) {
        Modes modes = test.getAnnotation(Modes.class);
        return modes == null ? List.of() : modes.value().modes();
    }
}
