package dev.polyserve.bench.contender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.file.Path;
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
    void recordsEachProcess() {
        List<String> command = PolyserveProgram.of("/jdk", "/p.jar", "-Xmx1g").recordingTo(Path.of("/tmp/r")).command();
        assertThat(command).startsWith("/jdk/bin/java").endsWith("-Xmx1g", "-jar", "/p.jar").hasSize(6);
        assertThat(command.get(1)).startsWith("-XX:StartFlightRecording:settings=default,")
                .contains("+dev.polyserve.LoopStall#enabled=true").endsWith(",filename=/tmp/r/polyserve-%p.jfr");
    }

    @Test
    void allRecordedEventsExist() {
        assertThat(PolyserveProgram.EVENTS).doesNotHaveDuplicates().allSatisfy(
                name -> assertThat(Class.forName("dev.polyserve.jfr." + name + "Event").getSimpleName())
                        .startsWith(name));
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
