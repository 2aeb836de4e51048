package dev.polyserve.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/// Limits on the sizes of files, methods and the public interface.
class BudgetTest {
    /// A longer file is listed, because it may contain two concerns.
    private static final int FILE_LINES = 400;
    private static final int MOST_FILE_LINES = 450;
    private static final int METHOD_LINES = 40;
    private static final int PUBLIC_TYPES = 35;

    private final List<Path> sources = Project.sources("main", "test");

    @Test
    void findsTheSources() {
        assertThat(sources).map(Project::relative).contains(Path.of("core/src/main/java/module-info.java"),
                Path.of("architecture/src/test/java/dev/polyserve/architecture/BudgetTest.java"));
    }

    @Test
    void filesAreShort(TestReporter reporter) throws IOException {
        var tooLong = new ArrayList<String>();
        for (Path file : sources) {
            int lines = Files.readAllLines(file).size();
            String found = Project.relative(file) + " is " + lines + " lines long";
            if (lines > MOST_FILE_LINES) {
                tooLong.add(found);
            } else if (lines > FILE_LINES) {
                reporter.publishEntry("long file", found);
            }
        }
        assertThat(tooLong).as("files longer than %d lines", MOST_FILE_LINES).isEmpty();
    }

    @Test
    void methodsAreShort() throws IOException {
        var code = Sources.code(sources);
        assertThat(code).extracting(Sources.Code::name).contains("methodsAreShort()", "<init>()", "a lambda");
        assertThat(code).as("methods and lambdas longer than %d lines, nested code included", METHOD_LINES)
                .filteredOn(c -> c.lines() > METHOD_LINES).isEmpty();
    }

    @Test
    void publicTypesAreFew() {
        var types = new ClassFileImporter().importPath(Project.classes("core")).stream()
                .filter(c -> c.getPackageName().equals("dev.polyserve") && c.isTopLevelClass()
                        && c.getModifiers().contains(JavaModifier.PUBLIC))
                .map(c -> c.getSimpleName()).sorted().toList();
        assertThat(types).as("public types of the library").isNotEmpty().hasSizeLessThanOrEqualTo(PUBLIC_TYPES);
    }
}
