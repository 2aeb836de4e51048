package dev.polyserve.faults;

import java.lang.reflect.Method;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.AnnotationBasedArgumentsProvider;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.support.ParameterDeclarations;

/// The modes of a test that is annotated with [Modes]: a pairwise choice of test, model and style, unless the build runs all.
final class ModesOfTest extends AnnotationBasedArgumentsProvider<Modes> {
    private static final boolean FULL = "full".equals(System.getProperty("polyserve.tests"));

    @Override
    protected Stream<? extends Arguments> provideArguments(ParameterDeclarations parameters, ExtensionContext context,
            Modes modes) {
        List<Mode> all = modes.value().modes();
        return (FULL ? all : choose(all, turn(context.getRequiredTestMethod()))).stream().map(Arguments::of);
    }

    /// Which of two choices a test takes: the same in each build.
    static int turn(Method test) {
        return Math.floorMod((test.getDeclaringClass().getSimpleName() + "." + test.getName()).hashCode(), 2);
    }

    /// Each model once: in its only style, or in the one whose turn it is. The next model is then in the other style.
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
