package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Runs the start script in a tree that needs no build, with a fake JDK that prints its arguments.
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class LauncherTest {
    private static final List<String> MODULES = List.of("coroutine", "core", "linux", "bench", "picocli", "cli");
    private static final Path SOURCES = Path.of(System.getProperty("basedir", "."), "..").toAbsolutePath().normalize();

    @TempDir
    private Path directory = Path.of(".");
    private Path tree = Path.of(".");
    private Path programs = Path.of(".");

    @BeforeEach
    void makeTree() throws Exception {
        tree = directory.resolve("tree");
        for (String module : MODULES) {
            Files.createDirectories(tree.resolve(module).resolve("src").resolve("main"));
            Files.createFile(tree.resolve(module).resolve("pom.xml"));
        }
        Files.createDirectories(tree.resolve(".mvn"));
        Files.createDirectories(tree.resolve("build"));
        for (String file : List.of("pom.xml", "mvnw", "LICENSE", "polyserve")) {
            Files.copy(SOURCES.resolve(file), tree.resolve(file));
        }
        try (Stream<Path> scripts = Files.list(SOURCES.resolve("build"))) {
            for (Path script : scripts.toList()) {
                Files.copy(script, tree.resolve("build").resolve(script.getFileName()));
            }
        }
        Files.createDirectories(tree.resolve("cli").resolve("target"));
        Files.writeString(tree.resolve("cli").resolve("target").resolve("polyserve.jar"), "a jar");
        makeJdk();
        programs = Files.createDirectories(directory.resolve("programs"));
    }

    private void makeJdk() throws IOException {
        Path jdk = directory.resolve("jdk");
        Files.createDirectories(jdk.resolve("bin"));
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25\"\n");
        script(jdk.resolve("bin").resolve("javac"), "exit 1");
        script(jdk.resolve("bin").resolve("java"), "echo \"LC_ALL=${LC_ALL-}\"; printf 'word %s\\n' \"$@\"");
    }

    private static void script(Path file, String text) throws IOException {
        Files.writeString(file, "#!/usr/bin/env bash\n" + text + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /// Runs a command of bash with a clean environment.
    private Cli.Finished run(String command) throws Exception {
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        ProcessBuilder builder = new ProcessBuilder("bash", "-c", command).redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().putAll(Map.of("PATH", programs + ":/usr/local/bin:/usr/bin:/bin", "JAVA_HOME",
                directory.resolve("jdk").toString()));
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return Cli.Finished.of(process.exitValue(), Files.readAllBytes(out), Files.readString(err));
    }

    private void requireUtf8Locale() throws Exception {
        assumeTrue(run("export LC_ALL=C.UTF-8; [[ $'\\xc3\\xa4' == *[[:graph:]]* ]]").status() == 0,
                "needs the locale C.UTF-8");
    }

    @Test
    void withoutALocaleTheJdkUsesUtf8() throws Exception {
        requireUtf8Locale();
        Cli.Finished run = run(tree.resolve("polyserve") + " serve welcome $'Gr\\xc3\\xbc\\xc3\\x9f'");
        assertThat(run.out()).as(run.err()).contains("LC_ALL=C.UTF-8\n").endsWith("word Gr\u00fc\u00df\n");
        assertThat(run("LC_ALL=C.UTF-8 " + tree.resolve("polyserve")).out()).contains("LC_ALL=C.UTF-8\n");
        assertThat(run("LC_ALL=C " + tree.resolve("polyserve")).out()).contains("LC_ALL=C.UTF-8\n");
        assertThat(run("LANG=C.UTF-8 " + tree.resolve("polyserve")).out()).as("one that is set stays")
                .contains("LC_ALL=\n");
    }

    @Test
    void aPathBeyondAsciiWorks() throws Exception {
        requireUtf8Locale();
        Cli.Finished run = run("ln -s " + tree + " " + directory + "/$'gr\\xc3\\xbc' && " + directory
                + "/$'gr\\xc3\\xbc'/polyserve");
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains("LC_ALL=C.UTF-8\n", "/gr\u00fc/cli/target/run/polyserve-");
    }

    @Test
    void aFindThatCannotPrintIsEnough() throws Exception {
        script(programs.resolve("find"),
                "for a; do [[ $a == -printf ]] && { echo \"find: unrecognized: -printf\" >&2; exit 1; }; done\n"
                        + "exec /usr/bin/find \"$@\"");
        Cli.Finished first = run(tree.resolve("polyserve") + " one");
        assertThat(first.status()).as(first.err()).isZero();
        assertThat(first.out()).endsWith("word one\n");
        Cli.Finished second = run(tree.resolve("polyserve") + " two");
        assertThat(second.out()).endsWith("word two\n");
        assertThat(second.err()).as("nothing is to be done twice").isEmpty();
    }

    @Test
    void aDeletedWorkingDirectoryGivesOneSentence() throws Exception {
        Cli.Finished run = run("mkdir " + directory + "/gone && cd " + directory + "/gone && rmdir ../gone && exec "
                + tree.resolve("polyserve"));
        assertThat(run.status()).isEqualTo(2);
        // Bash prints a warning of its own first.
        assertThat(run.err().lines().filter(line -> line.startsWith("polyserve: ")).toList()).containsExactly(
                "polyserve: the working directory was deleted: change to another one and start polyserve again.");
        assertThat(run.out()).isEmpty();
    }

    /// The JVM suspends a thread by a signal to take a sample of it. Its usual one, USR2, restarts a server.
    @Test
    void samplesOfAFlightRecordingRestartNoServer() throws Exception {
        assertThat(run(tree.resolve("polyserve") + " one").status()).as("nothing is to be built").isZero();
        script(directory.resolve("jdk").resolve("bin").resolve("java"), """
                while [[ $1 != -jar ]]; do options+=("$1"); shift; done
                program=(%s)
                exec "${program[0]}" "${options[@]}" "${program[@]:1}" "${@:3}"
                """.formatted(String.join(" ", ServedProcess.program().stream().map(LauncherTest::quoted).toList())));
        Path recording = directory.resolve("server.jfr");
        try (ServedProcess server = ServedProcess.run(
                List.of(tree.resolve("polyserve").toString(), "serve", "echo", "--listen", "tcp://127.0.0.1:0",
                        "--model",
                        "polling"),
                Map.of("JAVA_HOME", directory.resolve("jdk").toString(), "POLYSERVE_JAVA_OPTS",
                        "-Xlog:jfr+startup=error -XX:StartFlightRecording:settings=none,+jdk.ExecutionSample#enabled=true,"
                                + "+jdk.ExecutionSample#period=10ms,filename=" + recording))) {
            exchangeUntilSampled(server);
            server.signal("TERM");
            assertThat(server.awaitStatus()).as(server.err.text()).isZero();
            assertThat(server.err.text()).doesNotContain("to replace this one");
        }
        assertThat(RecordingFile.readAllEvents(recording)).as("samples").isNotEmpty();
    }

    /// Its loop runs while there are requests, so that each period has a sample.
    private static void exchangeUntilSampled(ServedProcess server) throws Exception {
        ProcessHandle process = ProcessHandle.of(server.pid()).orElseThrow();
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.awaitPort())) {
            client.setSoTimeout(20_000);
            Duration until = process.info().totalCpuDuration().orElseThrow().plusSeconds(1);
            while (process.info().totalCpuDuration().orElse(Duration.ZERO).compareTo(until) < 0) {
                client.getOutputStream().write('a');
                assertThat(client.getInputStream().read()).as(server.err.text()).isEqualTo('a');
            }
        }
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
