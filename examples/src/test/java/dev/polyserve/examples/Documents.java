package dev.polyserve.examples;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The documents of the project, and the regions of its sources that they show.
///
/// A region begins with the line `// region NAME` and ends with `// endregion`; it is shown without its indentation.
/// The programs in `compact` are shown whole.
final class Documents {
    /// The root: the parent of the module directory, which Surefire sets.
    static final Path ROOT = requireNonNull(
            Path.of(System.getProperty("basedir", "")).toAbsolutePath().normalize().getParent(), "no directory above");
    private static final String FENCE = "```";

    private Documents() {}

    /// {@return the Markdown files that users read, named from the root}
    static List<String> names() {
        try (Stream<Path> guide = Files.list(ROOT.resolve("docs/guide"));
                Stream<Path> decisions = Files.list(ROOT.resolve("docs/adr"))) {
            var names = new ArrayList<>(List.of("README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md",
                    "docs/performance.md"));
            Stream.concat(guide, decisions).map(file -> ROOT.relativize(file).toString()).sorted().forEach(names::add);
            return names;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<String> lines(String name) throws IOException {
        return Files.readAllLines(ROOT.resolve(name));
    }

    /// {@return the blocks between fences, with what follows the first fence (the language) as the first line}
    static List<String> blocks(String name) throws IOException {
        var blocks = new ArrayList<String>();
        StringBuilder open = null;
        for (String line : lines(name)) {
            if (line.startsWith(FENCE) && open == null) {
                open = new StringBuilder(line.substring(FENCE.length())).append('\n');
            } else if (line.startsWith(FENCE) && open != null) {
                blocks.add(open.toString());
                open = null;
            } else if (open != null) {
                open.append(line).append('\n');
            }
        }
        if (open != null) {
            throw new IllegalStateException(name + " has a block without an end: " + open);
        }
        return blocks;
    }

    /// {@return the lines outside blocks}
    static List<String> prose(String name) throws IOException {
        var prose = new ArrayList<String>();
        boolean inBlock = false;
        for (String line : lines(name)) {
            boolean fence = line.startsWith(FENCE);
            if (!fence && !inBlock) {
                prose.add(line);
            }
            inBlock ^= fence;
        }
        return prose;
    }

    /// {@return the regions, each with its location}
    static Map<String, String> regions() throws IOException {
        var regions = new HashMap<String, String>();
        for (Path file : sources("examples/src")) {
            List<String> open = null;
            String name = "";
            for (String line : Files.readAllLines(file)) {
                String mark = line.strip();
                if (mark.startsWith("// region ")) {
                    open = new ArrayList<>();
                    name = ROOT.relativize(file) + " " + mark.substring("// ".length());
                } else if (mark.equals("// endregion") && open != null) {
                    regions.put(String.join("\n", open).stripIndent() + "\n", name);
                    open = null;
                } else if (open != null) {
                    open.add(line);
                }
            }
        }
        for (Path file : sources("examples/compact")) {
            regions.put(Files.readString(file), ROOT.relativize(file).toString());
        }
        return regions;
    }

    private static List<Path> sources(String directory) throws IOException {
        try (Stream<Path> files = Files.walk(ROOT.resolve(directory))) {
            return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
        }
    }
}
