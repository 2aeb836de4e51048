package dev.polyserve.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// No file contains a path of one machine or the address of a package registry, which each user configures.
class RepositoryTest {
    /// Split into pieces, so that this file does not match.
    private static final Pattern FORBIDDEN = Pattern
            .compile("(?<![\\w.~}])/(ho" + "me|Us" + "ers)/\\w|(?<![\\w.~}])/ro" + "ot/"
                    + "|repo1?\\.ma" + "ven\\.(apache\\.)?org|registry\\.np" + "mjs\\.org|deb\\.deb" + "ian\\.org");

    @Test
    void containsNoPathOfOneMachine() throws Exception {
        var found = new ArrayList<String>();
        var files = files();
        assertThat(files).contains(Path.of("pom.xml"));
        for (Path file : files) {
            Path path = Project.ROOT.resolve(file);
            if (Files.isRegularFile(path)) {
                String text = Files.readString(path, StandardCharsets.ISO_8859_1);
                FORBIDDEN.matcher(text).results().forEach(match -> {
                    long line = text.substring(0, match.start()).lines().count();
                    found.add(file + ":" + Math.max(line, 1) + " contains " + match.group());
                });
            }
        }
        assertThat(found).as("paths of one machine").isEmpty();
    }

    /// The tracked and untracked files that Git does not ignore; without Git, all files outside the build directories.
    private static List<Path> files() throws Exception {
        var git = new ProcessBuilder("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
                .directory(Project.ROOT.toFile()).redirectError(ProcessBuilder.Redirect.DISCARD);
        try {
            Process process = git.start();
            String names = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() == 0) {
                return Stream.of(names.split("\0")).filter(n -> !n.isEmpty()).map(Path::of).toList();
            }
        } catch (IOException e) {
            System.err.println("git did not start (" + e.getMessage() + "): checking all files");
        }
        try (Stream<Path> all = Files.walk(Project.ROOT)) {
            return all.map(Project::relative).filter(f -> !f.startsWith(".git") && !f.toString().contains("target"))
                    .toList();
        }
    }
}
