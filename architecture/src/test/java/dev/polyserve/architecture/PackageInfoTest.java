package dev.polyserve.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Every package has a description and is `@NullMarked`.
class PackageInfoTest {
    /// A comment with at least one word, then the annotation, each at the start of its line.
    private static final Pattern COMPLETE = Pattern
            .compile("\\A(///.*\\w.*\n(///.*\n)*|/\\*\\*[^/]*\\w(?s:.*?)\\*/\n)@NullMarked\n");

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
