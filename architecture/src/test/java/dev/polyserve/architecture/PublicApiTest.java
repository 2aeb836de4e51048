package dev.polyserve.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The public API equals the committed file, so that it changes only on purpose.
class PublicApiTest {
    private static final Path COMMITTED = Project.ROOT.resolve("architecture/src/test/resources/public-api.txt");
    private static final int MOST_COMPONENTS = 4;
    private static final String ACCEPT = "./mvnw -pl architecture -am verify -Dpolyserve.api.accept";
    private static final String HEADER = """
            # The public API, one line a type or member. Written by a test; a change is accepted by
            # %s

            """.formatted(ACCEPT);

    @Test
    void equalsTheCommittedFile() throws IOException, ClassNotFoundException {
        var modules = new ArrayList<String>();
        for (String module : Project.published()) {
            modules.add(PublicApi.of(module));
        }
        String now = HEADER + String.join("\n", modules);
        if (System.getProperty("polyserve.api.accept") != null) {
            Files.createDirectories(COMMITTED.getParent());
            Files.writeString(COMMITTED, now);
        }
        List<String> before = Files.exists(COMMITTED) ? Files.readAllLines(COMMITTED) : List.of();
        List<String> after = now.lines().toList();
        if (!before.equals(after)) {
            fail("the public API has changed:%n%s%nIf that is wanted: %s", String.join("\n", difference(before, after)),
                    ACCEPT);
        }
    }

    @Test
    void coversThePublishedModules() {
        assertThat(Project.published()).containsExactly("admin", "conformance", "core", "coroutine", "linux",
                "metrics");
    }

    /// Public records are few, because a new component of a record breaks every constructor call and pattern.
    @Test
    void recordsAreNarrow() throws IOException, ClassNotFoundException {
        assertThat(types()).as("public records with more than %d components", MOST_COMPONENTS)
                .filteredOn(type -> type.isRecord() && type.getRecordComponents().length > MOST_COMPONENTS).isEmpty();
    }

    @Test
    void simpleNamesAreUnique() throws IOException, ClassNotFoundException {
        var all = types().stream().filter(type -> type.getDeclaringClass() == null).map(Class::getSimpleName).toList();
        assertThat(all).as("simple names of public types").doesNotHaveDuplicates();
    }

    private static List<Class<?>> types() throws IOException, ClassNotFoundException {
        var types = new ArrayList<Class<?>>();
        for (String module : Project.published()) {
            types.addAll(PublicApi.types(module));
        }
        return types;
    }

    @Test
    void differenceNamesTheType() {
        var before = List.of("public class A", "    public int a()", "", "public class B", "    public int b()");
        var after = List.of("public class A", "    public int a()", "", "public class B", "    public long b()", "x");
        assertThat(difference(before, after)).containsExactly("  public class B", "-     public int b()",
                "+     public long b()", "+ x");
    }

    /// The removed (-) and added (+) lines, each group below its type, from a longest common subsequence.
    private static List<String> difference(List<String> before, List<String> after) {
        int[][] common = commonLengths(before, after);
        var lines = new ArrayList<String>();
        String type = "";
        for (int i = 0, j = 0; i < before.size() || j < after.size();) {
            if (i < before.size() && j < after.size() && before.get(i).equals(after.get(j))) {
                type = before.get(i).startsWith(" ") ? type : before.get(i);
                i++;
                j++;
                continue;
            }
            boolean gone = j == after.size() || (i < before.size() && common[i + 1][j] >= common[i][j + 1]);
            String line = gone ? before.get(i++) : after.get(j++);
            if (line.startsWith(" ") && !type.isEmpty()) {
                lines.add("  " + type);
                type = "";
            }
            if (!line.isEmpty()) {
                lines.add((gone ? "- " : "+ ") + line);
            }
        }
        return lines;
    }

    /// {@return at i, j: the length of the longest common subsequence from i and j on}
    private static int[][] commonLengths(List<String> before, List<String> after) {
        int[][] common = new int[before.size() + 1][after.size() + 1];
        for (int i = before.size() - 1; i >= 0; i--) {
            for (int j = after.size() - 1; j >= 0; j--) {
                common[i][j] = before.get(i).equals(after.get(j))
                        ? common[i + 1][j + 1] + 1
                        : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        return common;
    }
}
