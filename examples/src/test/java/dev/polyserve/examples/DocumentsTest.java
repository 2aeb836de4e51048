package dev.polyserve.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The documents show code that the tests run, and the two READMEs have equal contents.
class DocumentsTest {
    private static final String ENGLISH = "README.md";
    private static final String CHINESE = "README.zh-CN.md";
    private static final String JAVA = "java\n";
    /// A link to a place in the repository: `[text](place)` or `[text](place#anchor)`.
    private static final Pattern LOCAL_LINK = Pattern.compile("]\\((?!https?:)([^)#]+)(?:#[^)]*)?\\)");

    static Stream<String> documents() {
        return Documents.names().stream();
    }

    @ParameterizedTest
    @MethodSource("documents")
    void javaIsARegionOfACompiledSource(String document) throws IOException {
        var regions = Documents.regions();
        for (String block : Documents.blocks(document)) {
            if (block.startsWith(JAVA)) {
                assertThat(regions).as("a region with what %s shows", document)
                        .containsKey(block.substring(JAVA.length()));
            }
        }
    }

    @Test
    void everyRegionIsShown() throws IOException {
        var unused = Documents.regions();
        var shown = new HashSet<String>();
        for (String document : Documents.names()) {
            Documents.blocks(document).stream().filter(block -> block.startsWith(JAVA))
                    .map(block -> block.substring(JAVA.length())).forEach(shown::add);
        }
        unused.keySet().removeAll(shown);
        assertThat(shown).hasSizeGreaterThan(10);
        assertThat(unused.values()).as("regions that no document shows").isEmpty();
    }

    @ParameterizedTest
    @MethodSource("documents")
    void linksHaveATarget(String document) throws IOException {
        Path here = Documents.ROOT.resolve(document).resolveSibling(".");
        for (String place : links(document)) {
            assertThat(Files.exists(here.resolve(place))).as("%s links to %s", document, place).isTrue();
        }
    }

    @Test
    void readmesShowTheSameBlocks() throws IOException {
        assertThat(Documents.blocks(CHINESE)).isNotEmpty().isEqualTo(Documents.blocks(ENGLISH));
    }

    @Test
    void readmesHaveTheSameStructure() throws IOException {
        assertThat(outline(CHINESE)).isNotEmpty().isEqualTo(outline(ENGLISH));
    }

    @Test
    void readmesLinkToTheSamePlaces() throws IOException {
        assertThat(withoutReadmes(links(CHINESE))).isNotEmpty().isEqualTo(withoutReadmes(links(ENGLISH)));
        assertThat(links(CHINESE)).contains(ENGLISH);
        assertThat(links(ENGLISH)).contains(CHINESE);
    }

    private static List<String> withoutReadmes(List<String> links) {
        return links.stream().filter(link -> !link.equals(ENGLISH) && !link.equals(CHINESE)).toList();
    }

    private static List<String> links(String document) throws IOException {
        String prose = String.join("\n", Documents.prose(document));
        return LOCAL_LINK.matcher(prose).results().map((MatchResult link) -> link.group(1)).toList();
    }

    /// {@return the level of each heading, and for each table its rows, columns, and the code in its first column}
    private static List<String> outline(String document) throws IOException {
        var outline = new ArrayList<String>();
        for (String line : Documents.prose(document)) {
            if (line.startsWith("#")) {
                outline.add(line.substring(0, line.indexOf(' ')));
            } else if (line.startsWith("|")) {
                String[] cells = line.split("(?<!\\\\)\\|", -1);
                String codes = Pattern.compile("`[^`]*`").matcher(cells[1]).results().map(MatchResult::group).toList()
                        .toString();
                outline.add("row of " + cells.length + " " + codes);
            } else if (line.startsWith("- ")) {
                outline.add("item");
            }
        }
        return outline;
    }
}
