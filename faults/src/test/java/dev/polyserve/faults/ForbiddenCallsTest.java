package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.cli.PackagedProgram;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// When the system calls of a model are forbidden, the program names the missing permission and an alternative.
@Timeout(60)
class ForbiddenCallsTest {
    private static final List<String> LOOPS = List.of("polling", "select", "poll", "epoll", "epoll-et", "io_uring");
    private static final String FLAG = "--enable-native-access=ALL-UNNAMED";
    private static final int SECONDS = 40;
    /// The exit status when a sandbox cannot be created.
    private static final int NO_SANDBOX = 77;

    @TempDir
    private Path directory;

    /// The result of a run.
    ///
    /// @param status the exit status
    /// @param out the standard output
    /// @param err the standard error
    private record Ended(int status, String out, String err) {
        /// The line of a model in the output of `models --format json`.
        String line(String model) {
            return out.lines().filter(line -> line.contains("\"name\":\"" + model + "\"")).findFirst().orElse("");
        }
    }

    @Test
    void withoutNativeAccessTheFlagIsNamed() throws Exception {
        List<String> denied = List.of("--illegal-native-access=deny");
        Ended models = polyserve(List.of(), denied, "models", "--format", "json");
        for (String loop : LOOPS) {
            assertThat(models.line(loop)).contains("\"available\":false", "start java with " + FLAG,
                    "or use nio or virtual");
        }
        assertThat(models.line("nio")).contains("\"available\":true");
        Ended serving = polyserve(List.of(), denied, "serve", "--model", "epoll", "--listen", "tcp://127.0.0.1:0");
        assertThat(serving.status()).isEqualTo(2);
        assertThat(serving.err()).startsWith("polyserve: the model epoll cannot run here: ").contains(FLAG)
                .hasLineCount(1);
        Ended allowed = polyserve(List.of(), List.of("--illegal-native-access=deny", FLAG), "models", "--format",
                "json");
        for (String loop : LOOPS) {
            assertThat(allowed.line(loop)).contains("\"available\":true");
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"pselect6, select, epoll", "eventfd2, epoll-et, nio", "ppoll, poll, epoll"})
    void inASandboxTheForbiddenCallIsNamed(String call, String refused, String allowed) throws Exception {
        Ended models = modelsWithout(call);
        assertThat(models.line(refused)).contains("\"available\":false", "a sandbox of this process (seccomp)",
                "Operation not permitted (EPERM)", "or use nio or virtual");
        assertThat(models.line(allowed)).contains("\"available\":true");
    }

    @Test
    void aForbiddenRingIsDistinguishedFromAnUnsupportedOne() throws Exception {
        Ended models = modelsWithout("io_uring_setup");
        assertThat(models.line("io_uring")).contains("\"available\":false",
                "a seccomp filter forbids io_uring_setup", "or use epoll");
        assertThat(models.line("epoll")).contains("\"available\":true");
    }

    /// The list of models in a sandbox that forbids a system call.
    private Ended modelsWithout(String call) throws Exception {
        Requirements.program("python3");
        List<String> sandbox = List.of("python3",
                Path.of(System.getProperty("basedir", "."), "src/test/python/sandbox.py").toString(), call);
        Ended models = polyserve(sandbox, List.of(FLAG), "models", "--format", "json");
        assumeTrue(models.status() != NO_SANDBOX, () -> "needs seccomp filters: " + models.err());
        return models;
    }

    /// Starts the packaged program by its class, because `-jar` reads the manifest, which grants native access.
    private Ended polyserve(List<String> before, List<String> options, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-ea"));
        command.addAll(PackagedProgram.shortLived());
        command.addAll(options);
        command.addAll(List.of("-cp", CommandLine.requiredJar().toString(), "dev.polyserve.cli.Main"));
        command.addAll(Arrays.asList(arguments));
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        Process process = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        try {
            process.getOutputStream().close();
            assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).as("%s has ended", command).isTrue();
            return new Ended(process.exitValue(), Files.readString(out, StandardCharsets.UTF_8),
                    Files.readString(err, StandardCharsets.UTF_8));
        } finally {
            process.destroyForcibly();
        }
    }
}
