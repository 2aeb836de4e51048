package dev.polyserve.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.Objects;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Every package has a description, is `@NullMarked`, and holds enough to be one.
class PackageInfoTest {
    private static final int LARGE_ENOUGH = 3;
    /// The elements of a path up to the packages: the module, `src`, `main`, `java`.
    private static final int SOURCES = 4;
    /// A comment with at least one word, then the annotation, each at the start of its line.
    private static final Pattern COMPLETE = Pattern
            .compile("\\A(///.*\\w.*\n(///.*\n)*|/\\*\\*[^/]*\\w(?s:.*?)\\*/\n)@NullMarked\n");

    /// Why a package is not part of another one although it holds one class or two.
    private static final Map<String, String> SMALL = Map.of("dev.polyserve.coroutine.queue",
            "loops and supervisors share its queues with hubs, and users see none", "dev.polyserve.cli.net",
            "a command and a service connect with it, over channels of their own");

    @Test
    void aSmallPackageHasAReason() throws IOException {
        var classes = new TreeMap<String, Integer>();
        for (Path file : Project.sources("main")) {
            if (!file.getFileName().toString().endsWith("-info.java")) {
                classes.merge(packageOf(file), 1, Integer::sum);
            }
        }
        classes.values().removeIf(count -> count >= LARGE_ENOUGH);
        assertThat(classes.keySet()).as("packages with less than " + LARGE_ENOUGH + " classes, and those with a reason")
                .isEqualTo(new TreeSet<>(SMALL.keySet()));
    }

    private static String packageOf(Path file) {
        Path directory = Objects.requireNonNull(Project.relative(file).getParent(), "a source is in a directory");
        // Below the module's src/main/java.
        return directory.subpath(SOURCES, directory.getNameCount()).toString().replace(File.separatorChar, '.');
    }

    @Test
    void everyPackageIsDescribedAndNullMarked() throws IOException {
        var wanting = new TreeSet<String>();
        for (Path file : Project.sources("main")) {
            Path info = file.resolveSibling("package-info.java");
            boolean descriptor = file.getFileName().toString().equals("module-info.java");
            if (!descriptor && !(Files.exists(info) && COMPLETE.matcher(Files.readString(info)).find())) {
                wanting.add(Project.relative(info).toString());
            }
        }
        assertThat(wanting).as("package-info.java files that are missing, or lack a comment or @NullMarked").isEmpty();
    }
}
