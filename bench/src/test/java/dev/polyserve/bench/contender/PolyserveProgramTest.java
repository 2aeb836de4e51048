package dev.polyserve.bench.contender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import org.junit.jupiter.api.Test;

class PolyserveProgramTest {
    @Test
    void runsTheSameJar() {
        assertThat(PolyserveProgram.of("/jdk", "/opt/polyserve.jar", "").command()).containsExactly("/jdk/bin/java",
                "-jar",
                "/opt/polyserve.jar");
    }

    @Test
    void runsTheSameClassPathWithTheOptionsOfTheManifest() {
        assertThat(PolyserveProgram.of("/jdk", "/a/classes:/b.jar", "").command()).containsExactly("/jdk/bin/java",
                "--add-opens", "java.base/java.lang=ALL-UNNAMED", "--enable-native-access=ALL-UNNAMED", "-cp",
                "/a/classes:/b.jar", "dev.polyserve.cli.Main");
    }

    @Test
    void passesTheOptionsOfTheLauncher() {
        assertThat(PolyserveProgram.of("/jdk", "/p.jar", " -Xmx1g  -XX:+UseZGC\n").command()).containsExactly(
                "/jdk/bin/java",
                "-Xmx1g", "-XX:+UseZGC", "-jar", "/p.jar");
    }

    @Test
    void withoutEitherTheErrorSaysWhatToDo() {
        assertThatIllegalStateException().isThrownBy(() -> PolyserveProgram.of("/jdk", "", ""))
                .withMessageEndingWith("start it as java -jar polyserve.jar");
    }

    @Test
    void findsTheRunningProgram() {
        assertThat(PolyserveProgram.running().with(List.of("serve")))
                .startsWith(System.getProperty("java.home") + "/bin/java")
                .endsWith("serve");
    }
}
