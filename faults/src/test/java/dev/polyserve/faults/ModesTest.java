package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The modes of a usual build cover all pairs of test, model and style.
class ModesTest {
    @ParameterizedTest
    @EnumSource
    void eachTestHasEachModelOnceAndBothStyles(Modes.Group group) {
        List<Mode> all = group.modes();
        for (int turn = 0; turn < 2; turn++) {
            List<Mode> chosen = ModesOfTest.choose(all, turn);
            assertThat(chosen).extracting(Mode::model).doesNotHaveDuplicates()
                    .containsExactlyInAnyOrderElementsOf(all.stream().map(Mode::model).distinct().toList());
            assertThat(chosen).extracting(Mode::style).contains(Mode.Style.values());
        }
    }

    @ParameterizedTest
    @EnumSource
    void bothChoicesTogetherHaveAll(Modes.Group group) {
        assertThat(Stream.of(0, 1).flatMap(turn -> ModesOfTest.choose(group.modes(), turn).stream()).distinct())
                .containsExactlyInAnyOrderElementsOf(group.modes());
    }

    /// Also prints the number of servers that are started.
    @Test
    void testsTakeBothChoices() throws Exception {
        List<Method> tests = tests();
        assertThat(tests).extracting(ModesOfTest::turn).contains(0, 1);
        int all = 0;
        int chosen = 0;
        for (Method test : tests) {
            List<Mode> modes = test.getAnnotation(Modes.class).value().modes();
            all += modes.size();
            chosen += ModesOfTest.choose(modes, ModesOfTest.turn(test)).size();
        }
        System.out.printf("faults: of %d tests in all modes (model × style), %d cells usual, %d full%n", tests.size(),
                chosen, all);
    }

    private static List<Method> tests() throws IOException, ReflectiveOperationException {
        Path classes = Path.of("target", "test-classes", ModesTest.class.getPackageName().replace('.', '/'));
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("basedir", "")).resolve(classes))) {
            List<String> names = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith("Test.class")).sorted().toList();
            List<Method> tests = new ArrayList<>();
            for (String name : names) {
                Class<?> type = Class.forName(ModesTest.class.getPackageName() + "."
                        + name.substring(0, name.length() - ".class".length()));
                Stream.of(type.getDeclaredMethods()).filter(method -> method.isAnnotationPresent(Modes.class))
                        .forEach(tests::add);
            }
            return tests;
        }
    }
}
