package dev.polyserve.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaModifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Limits on the sizes of methods and of the public interface.
class BudgetTest {
    /// A longer file is listed, because it may contain two concerns. It does not fail the build.
    private static final int FILE_LINES = 400;
    private static final int METHOD_LINES = 40;
    private static final int PUBLIC_TYPES = 40;

    private final List<Path> sources = Project.sources("main", "test");

    @Test
    void findsTheSources() {
        assertThat(sources).map(Project::relative).contains(Path.of("core/src/main/java/module-info.java"),
                Path.of("architecture/src/test/java/dev/polyserve/architecture/BudgetTest.java"));
    }

    /// Also prints the long files.
    @Test
    void methodsAreShort() throws IOException {
        for (Path file : sources) {
            int lines = Files.readAllLines(file).size();
            if (lines > FILE_LINES) {
                System.out.println("long file: " + Project.relative(file) + " has " + lines + " lines");
            }
        }
        var code = Sources.code(sources);
        assertThat(code).extracting(Sources.Code::name).contains("methodsAreShort()", "<init>()", "a lambda");
        assertThat(code).as("methods and lambdas longer than %d lines, nested code included", METHOD_LINES)
                .filteredOn(c -> c.lines() > METHOD_LINES).isEmpty();
    }

    @Test
    void publicTypesAreFew() {
        var types = CompiledClasses.ALL.stream()
                .filter(c -> c.getPackageName().equals("dev.polyserve") && c.isTopLevelClass()
                        && c.getModifiers().contains(JavaModifier.PUBLIC))
                .map(c -> c.getSimpleName()).sorted().toList();
        assertThat(types).as("public types of the library").isNotEmpty().hasSizeLessThanOrEqualTo(PUBLIC_TYPES);
    }
}
