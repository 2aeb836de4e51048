package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// Programs and workers start from the caches. A cache that the JDK rejects would only slow the tests down.
@Tag("slow")
@Tag("process")
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class PackagedProgramTest {
    @Test
    @EnabledIfSystemProperty(named = "polyserve.cli.jar", matches = ".+")
    void theJvmTakesBothCaches() throws Exception {
        Path jar = Path.of(System.getProperty("polyserve.cli.jar"));
        List<String> options = PackagedProgram.cacheOptions(jar);
        assertThat(options).hasSize(4);
        requireTaken(options.getFirst(), jar);
        requireTaken(options.get(1).replace("-Dpolyserve.worker.cache", "-XX:AOTCache"), jar);
    }

    private static void requireTaken(String option, Path jar) throws Exception {
        // In this mode a JVM that cannot use its cache does not start.
        Process program = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), option,
                "-XX:AOTMode=on", "-ea", "-XX:TieredStopAtLevel=1", "-jar", jar.toString(), "--version")
                .redirectErrorStream(true).start();
        String said = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(program.waitFor()).as(said).isZero();
    }
}
