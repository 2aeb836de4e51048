package dev.polyserve.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Comments, messages, documents and names use the field's words: things are not persons, and no metaphor stands where
/// a term exists. The words are in `banned-words.txt`.
class WordsTest {
    /// Code in comments, the user of that name, the command of the chat service, and people.
    private static final Pattern ALLOWED = Pattern.compile("(?i)`[^`]*`|\"nobody\"|\\bnobody:|\\buser nobody\\b|/who\\b"
            + "|\\b(people|persons?|users?|operators?|readers?|authors?) who\\b");
    private static final Pattern TYPE = Pattern.compile(
            "(?m)^\\s*+(?:(?:public|protected|private|static|final|abstract|sealed|non-sealed)\\s++)*+"
                    + "(?:class|interface|record|enum|@interface) (\\w+)");
    /// The tests of the words themselves.
    private static final String HERE = "WordsTest.java";

    /// A word, and what to write instead.
    ///
    /// @param forTypes whether it applies to whole names of types and packages, instead of words
    private record Rule(boolean forTypes, Pattern pattern, String instead) {
        static List<Rule> all() {
            try (Stream<String> lines = Files
                    .lines(Project.ROOT.resolve("architecture/src/test/resources/banned-words.txt"))) {
                return lines.filter(line -> !line.isBlank() && !line.startsWith("#")).map(Rule::of).toList();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static Rule of(String line) {
            int end = line.indexOf(" | ");
            String words = line.substring(0, end).strip();
            boolean forTypes = words.startsWith("type ");
            return new Rule(forTypes, forTypes
                    ? Pattern.compile(words.substring("type ".length()))
                    : Pattern.compile("\\b(" + words + ")\\b", Pattern.CASE_INSENSITIVE), line.substring(end + 3));
        }

        boolean matches(String text) {
            return forTypes ? pattern.matcher(text).matches() : pattern.matcher(text).find();
        }
    }

    private static final List<Rule> RULES = Rule.all();

    @Test
    void commentsMessagesAndNamesUseNoBannedWord() throws IOException {
        var found = new ArrayList<String>();
        for (Path file : Project.sources("main", "test")) {
            if (!file.endsWith(HERE)) {
                found.addAll(banned(file, inSource(Files.readString(file))));
            }
        }
        assertThat(found).as("banned words in comments, messages and names").isEmpty();
    }

    @Test
    void documentsUseNoBannedWord() throws IOException {
        var found = new ArrayList<String>();
        for (Path file : Project.documents()) {
            found.addAll(banned(file, Prose.ofDocument(file)));
        }
        assertThat(found).as("banned words in documents").isEmpty();
    }

    @Test
    void typesAndPackagesHaveNoBannedName() throws IOException {
        var found = new ArrayList<String>();
        for (Path file : Project.sources("main")) {
            var names = new ArrayList<>(TYPE.matcher(Files.readString(file)).results().map(m -> m.group(1)).toList());
            Project.relative(file).forEach(directory -> names.add(directory.toString()));
            for (Rule rule : RULES) {
                names.stream().filter(name -> rule.forTypes && rule.matches(name))
                        .forEach(name -> found.add(Project.relative(file) + ": " + name + "; rather: " + rule.instead));
            }
        }
        assertThat(found).as("banned names of types and packages").isEmpty();
    }

    @Test
    void findsWordsInCommentsLiteralsAndNamesOnly() {
        String source = """
                import who;
                int waiting = 1; // the thread who waits
                String text = "\\"who";
                /* people who read, `who` */
                char quote = '"'; int whoWaits; int asUserNobody;
                """;
        assertThat(banned(Project.ROOT, inSource(source))).extracting(found -> found.substring(0, found.indexOf(' ')))
                .containsExactly(":2", ":3", ":5");
    }

    private static List<Prose> inSource(String source) {
        return Stream.concat(Prose.of(source).stream(), Prose.names(source).stream()).toList();
    }

    private static List<String> banned(Path file, List<Prose> prose) {
        var found = new ArrayList<String>();
        for (Prose piece : prose) {
            String text = ALLOWED.matcher(piece.text()).replaceAll("");
            for (Rule rule : RULES) {
                if (!rule.forTypes && rule.matches(text)) {
                    found.add(Project.relative(file) + ":" + piece.line() + " " + piece.text() + "; rather: "
                            + rule.instead);
                }
            }
        }
        return found;
    }
}
