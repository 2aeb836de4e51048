package dev.polyserve.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import java.util.stream.Stream;

/// The compiled classes of the modules that users run, read once for all tests.
final class CompiledClasses {
    static final JavaClasses ALL = new ClassFileImporter().importPaths(Stream
            .of("coroutine", "core", "linux", "conformance", "examples", "bench", "metrics", "admin", "lab", "cli")
            .map(Project::classes)
            .toArray(Path[]::new));

    private CompiledClasses() {}
}
