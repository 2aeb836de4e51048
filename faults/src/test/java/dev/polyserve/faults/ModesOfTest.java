package dev.polyserve.faults;

import java.lang.reflect.Method;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.AnnotationBasedArgumentsProvider;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.support.ParameterDeclarations;

/// Provides the modes of a test with [Modes]: a pairwise selection of test, model and style, unless the build runs all.
final class ModesOfTest extends AnnotationBasedArgumentsProvider<Modes> {
    private static final boolean FULL = "full".equals(System.getProperty("polyserve.tests"));

    @Override
    protected Stream<? extends Arguments> provideArguments(ParameterDeclarations parameters, ExtensionContext context,
            Modes modes) {
        List<Mode> all = modes.value().modes();
        return (FULL ? all : choose(all, turn(context.getRequiredTestMethod()))).stream().map(Arguments::of);
    }

    /// The style with which a test begins; the same in each build.
    static int turn(Method test) {
        return Math.floorMod((test.getDeclaringClass().getSimpleName() + "." + test.getName()).hashCode(), 2);
    }

    /// Selects each model once, in alternating styles where it has both.
    static List<Mode> choose(List<Mode> all, int turn) {
        List<String> models = all.stream().map(Mode::model).distinct().toList();
        return all.stream().filter(mode -> {
            Mode.Style style = (models.indexOf(mode.model()) + turn) % 2 == 0
                    ? Mode.Style.HANDLER
                    : Mode.Style.PROTOCOL;
            return mode.style() == style || !all.contains(new Mode(mode.model(), style));
        }).toList();
    }
}
