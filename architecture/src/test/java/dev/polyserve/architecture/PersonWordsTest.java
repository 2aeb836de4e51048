package dev.polyserve.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Comments and messages do not use words for persons for sockets, threads, processes or classes.
class PersonWordsTest {
    /// The source sets that are checked, relative to the root.
    private static final Set<String> CHECKED = Set.of("coroutine/src/main", "coroutine/src/test",
            "conformance/src/main", "conformance/src/test", "examples/src/main", "examples/src/test",
            "faults/src/test", "architecture/src/test");

    /// The words are split, so that this file does not match.
    private static final Pattern PERSON = Pattern.compile(
            "\\b(wh" + "o|wh" + "om|wh" + "oever|him" + "self|(no|some|any|every)bo" + "dy)\\b",
            Pattern.CASE_INSENSITIVE);
    /// Code in comments, the user of that name, the command of the chat service, and people.
    private static final Pattern ALLOWED = Pattern.compile(
            "`[^`]*`|\"no" + "body\"|/wh" + "o\\b|\\b(people|persons?|users?|operators?|readers?|authors?) wh"
                    + "o\\b");
    /// Sources that contain the words as data.
    private static final Set<String> EXEMPT = Set.of(
            "examples/src/test/java/dev/polyserve/examples/DocumentsTest.java");

    @Test
    void thingsAreNotPersons() throws IOException {
        var found = new ArrayList<String>();
        for (Path file : Project.sources("main", "test")) {
            String name = Project.relative(file).toString();
            if (CHECKED.stream().anyMatch(set -> name.startsWith(set + "/")) && !EXEMPT.contains(name)) {
                persons(Prose.of(file)).forEach(prose -> found.add(name + ":" + prose.line() + " " + prose.text()));
            }
        }
        assertThat(found).as("words for persons in comments and messages").isEmpty();
    }

    @Test
    void checksWhatExists() {
        assertThat(CHECKED).allSatisfy(set -> assertThat(Project.ROOT.resolve(set)).isDirectory());
        assertThat(EXEMPT).allSatisfy(file -> assertThat(Project.ROOT.resolve(file)).exists());
    }

    @Test
    void findsWordsInCommentsAndLiteralsOnly() {
        String word = "wh" + "o";
        String source = """
                int %1$s = 1; // the thread %1$s waits
                String text = "\\"%1$s";
                /* people %1$s read, `%1$s` */
                char quote = '"'; int %1$s;
                """.formatted(word);
        assertThat(persons(Prose.of(source))).extracting(Prose::line).containsExactly(1L, 2L);
    }

    private static List<Prose> persons(List<Prose> prose) {
        return prose.stream().filter(p -> PERSON.matcher(ALLOWED.matcher(p.text()).replaceAll("")).find()).toList();
    }
}
