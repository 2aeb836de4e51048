package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The modes and models of a usual build cover each pair of a test and a family, and the modes each pair of a model and a
/// style.
class ModesTest {
    @ParameterizedTest
    @EnumSource
    void eachModeIsInAGroup(Modes.Group group) {
        assertThat(group.modes()).isNotEmpty().doesNotHaveDuplicates();
    }

    /// Also prints the number of servers that are started.
    @Test
    void eachTestHasEachFamilyAndEachStyle() throws Exception {
        int full = 0;
        int usual = 0;
        List<Method> tests = testsWith(Modes.class);
        for (Method test : tests) {
            List<Mode> all = test.getAnnotation(Modes.class).value().modes();
            List<Mode> chosen = ModesOfTest.choose(test, all);
            assertThat(chosen).as(test.toString()).isSubsetOf(all).doesNotHaveDuplicates();
            assertThat(chosen.stream().map(Mode::family)).as(test.toString())
                    .containsAll(all.stream().map(Mode::family).toList());
            assertThat(chosen.stream().map(Mode::style)).as(test.toString())
                    .containsAll(all.stream().map(Mode::style).toList());
            full += all.size();
            usual += chosen.size();
        }
        for (Method test : testsWith(Models.class)) {
            List<String> all = List.of(test.getAnnotation(Models.class).value());
            List<String> chosen = ModelsOfTest.choose(test, all);
            assertThat(chosen).as(test.toString()).isSubsetOf(all).doesNotHaveDuplicates();
            assertThat(chosen.stream().map(ModelsOfTest::family)).as(test.toString())
                    .containsAll(all.stream().map(ModelsOfTest::family).toList());
            full += all.size();
            usual += chosen.size();
        }
        System.out.printf("faults: of %d tests in all modes (model × style) or models, %d cells usual, %d full%n",
                tests.size() + testsWith(Models.class).size(), usual, full);
    }

    @Test
    void eachModeHasSomeTests() throws Exception {
        Set<Mode> chosen = new HashSet<>();
        for (Method test : testsWith(Modes.class)) {
            chosen.addAll(ModesOfTest.choose(test, test.getAnnotation(Modes.class).value().modes()));
        }
        assertThat(chosen).containsExactlyInAnyOrderElementsOf(
                Stream.of(Modes.Group.values()).flatMap(group -> group.modes().stream()).distinct().toList());
    }

    @Test
    void eachModelHasSomeTestsOfThePackagedProgram() throws Exception {
        Set<String> all = new HashSet<>();
        Set<String> chosen = new HashSet<>();
        for (Method test : testsWith(Models.class)) {
            List<String> models = List.of(test.getAnnotation(Models.class).value());
            all.addAll(models);
            chosen.addAll(ModelsOfTest.choose(test, models));
        }
        assertThat(chosen).isNotEmpty().isEqualTo(all);
    }

    private static List<Method> testsWith(Class<? extends Annotation> annotation)
            throws IOException, ReflectiveOperationException {
        Path classes = Path.of("target", "test-classes", ModesTest.class.getPackageName().replace('.', '/'));
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("basedir", "")).resolve(classes))) {
            List<String> names = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith("Test.class")).sorted().toList();
            List<Method> tests = new ArrayList<>();
            for (String name : names) {
                Class<?> type = Class.forName(ModesTest.class.getPackageName() + "."
                        + name.substring(0, name.length() - ".class".length()));
                Stream.of(type.getDeclaredMethods()).filter(method -> method.isAnnotationPresent(annotation))
                        .forEach(tests::add);
            }
            return tests;
        }
    }
}
