package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// In a usual build each test runs with threads, on loops and in each style, and the tests of a class run in each family.
class ModesTest {
    @ParameterizedTest
    @EnumSource
    void eachModeIsInAGroup(Modes.Group group) {
        assertThat(group.modes()).isNotEmpty().doesNotHaveDuplicates();
    }

    /// Also prints the number of servers that are started.
    @Test
    void eachTestHasThreadsAndLoopsAndEachStyle() throws Exception {
        int full = 0;
        int usual = 0;
        List<Method> tests = testsWith(Modes.class);
        for (Method test : tests) {
            List<Mode> all = ModesOfTest.all(test);
            List<Mode> chosen = ModesOfTest.choose(test);
            assertThat(chosen).as(test.toString()).isSubsetOf(all).doesNotHaveDuplicates();
            requireSame(test, all, chosen, mode -> mode.family().isOfThreads());
            requireSame(test, all, chosen, Mode::style);
            full += all.size();
            usual += chosen.size();
        }
        for (Method test : testsWith(Models.class)) {
            List<String> all = ModelsOfTest.all(test);
            List<String> chosen = ModelsOfTest.choose(test);
            assertThat(chosen).as(test.toString()).isSubsetOf(all).doesNotHaveDuplicates();
            requireSame(test, all, chosen, model -> ModelsOfTest.family(model).isOfThreads());
            full += all.size();
            usual += chosen.size();
        }
        System.out.printf("faults: of %d tests in all modes (model × style) or models, %d cells usual, %d full%n",
                tests.size() + testsWith(Models.class).size(), usual, full);
    }

    /// Requires the same levels of a factor.
    private static <T> void requireSame(Object of, List<T> all, List<T> chosen, Function<T, Object> factor) {
        assertThat(chosen.stream().map(factor).distinct()).as(of.toString())
                .containsExactlyInAnyOrderElementsOf(all.stream().map(factor).distinct().toList());
    }

    @Test
    void eachClassHasEachFamily() throws Exception {
        for (List<Method> tests : byClass(testsWith(Modes.class))) {
            requireSame(tests, tests.stream().flatMap(test -> ModesOfTest.all(test).stream()).toList(),
                    tests.stream().flatMap(test -> ModesOfTest.choose(test).stream()).toList(), Mode::family);
        }
        for (List<Method> tests : byClass(testsWith(Models.class))) {
            requireSame(tests, tests.stream().flatMap(test -> ModelsOfTest.all(test).stream()).toList(),
                    tests.stream().flatMap(test -> ModelsOfTest.choose(test).stream()).toList(), ModelsOfTest::family);
        }
    }

    private static Collection<List<Method>> byClass(List<Method> tests) {
        return tests.stream().collect(Collectors.groupingBy(Method::getDeclaringClass)).values();
    }

    @Test
    void eachModeHasSomeTests() throws Exception {
        Set<Mode> chosen = new HashSet<>();
        for (Method test : testsWith(Modes.class)) {
            chosen.addAll(ModesOfTest.choose(test));
        }
        assertThat(chosen).containsExactlyInAnyOrderElementsOf(
                Stream.of(Modes.Group.values()).flatMap(group -> group.modes().stream()).distinct().toList());
    }

    @Test
    void eachModelHasSomeTestsOfThePackagedProgram() throws Exception {
        Set<String> all = new HashSet<>();
        Set<String> chosen = new HashSet<>();
        for (Method test : testsWith(Models.class)) {
            all.addAll(ModelsOfTest.all(test));
            chosen.addAll(ModelsOfTest.choose(test));
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
