package dev.polyserve.architecture;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The locations of the project's sources and classes. Paths in messages are relative to the root.
final class Project {
    /// The root: the parent of the module directory, which Surefire sets.
    static final Path ROOT = requireNonNull(
            Path.of(System.getProperty("basedir", "")).toAbsolutePath().normalize().getParent(), "no directory above");

    private Project() {}

    /// {@return every directory under the root that is a module with sources}
    static List<String> modules() {
        try (Stream<Path> directories = Files.list(ROOT)) {
            return directories.filter(d -> Files.exists(d.resolve("pom.xml")) && Files.isDirectory(d.resolve("src")))
                    .map(d -> d.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// {@return the modules that are published}
    static List<String> published() {
        return modules().stream().filter(module -> !pom(module).contains("<maven.deploy.skip>true<")).toList();
    }

    private static String pom(String module) {
        try {
            return Files.readString(ROOT.resolve(module, "pom.xml"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// {@return the Java files of all modules}
    ///
    /// @param kinds the source sets: `main`, `test` or both
    static List<Path> sources(String... kinds) {
        return modules().stream().flatMap(module -> Stream.of(kinds).map(k -> ROOT.resolve(module, "src", k, "java")))
                .filter(Files::isDirectory).flatMap(Project::javaFiles).sorted().toList();
    }

    /// {@return the Markdown files that users and contributors read}
    static List<Path> documents() {
        try (Stream<Path> inRoot = Files.list(ROOT); Stream<Path> below = Files.walk(ROOT.resolve("docs"))) {
            return Stream.concat(inRoot, below).filter(file -> file.toString().endsWith(".md")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// {@return the compiled classes of a module}
    static Path classes(String module) {
        Path classes = ROOT.resolve(module, "target", "classes");
        if (!Files.isDirectory(classes)) {
            throw new IllegalStateException(classes + " is missing: build the module first (./mvnw verify does)");
        }
        return classes;
    }

    /// {@return the file's name from the root}
    static Path relative(Path file) {
        return ROOT.relativize(file);
    }

    private static Stream<Path> javaFiles(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(f -> f.toString().endsWith(".java")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
