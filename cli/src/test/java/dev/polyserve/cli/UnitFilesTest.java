package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The sample systemd units: their commands start, and systemd accepts them.
@Tag("slow")
@Tag("process")
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class UnitFilesTest {
    private static final Path UNITS = Path.of(System.getProperty("basedir", "."), "..", "packaging", "systemd");
    private static final Path TOOL = Path.of("/usr/bin/systemd-socket-activate");
    private static final Path ANALYZE = Path.of("/usr/bin/systemd-analyze");
    private static final String PROGRAM = "/opt/polyserve/polyserve";

    @TempDir
    private Path directory;

    private static String value(String unit, String key) throws IOException {
        return Files.readAllLines(UNITS.resolve(unit)).stream().filter(line -> line.startsWith(key + "="))
                .map(line -> line.substring(key.length() + 1)).findFirst()
                .orElseThrow(() -> new AssertionError(unit + " has no " + key));
    }

    /// The arguments in the command of a unit.
    private static List<String> arguments(String unit) throws IOException {
        String command = value(unit, "ExecStart");
        assertThat(command).startsWith(PROGRAM + " ");
        return List.of(command.substring(PROGRAM.length() + 1).split(" ", -1));
    }

    private static void talk(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write("one\n".getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            assertThat(socket.getInputStream().readAllBytes()).isEqualTo("ONE\n".getBytes(StandardCharsets.US_ASCII));
        }
    }

    @Test
    void theServiceThatBindsServes() throws Exception {
        Path configuration = Files.writeString(directory.resolve("upper.toml"), "max-connections = 10\n");
        List<String> arguments = new ArrayList<>(arguments("polyserve.service"));
        arguments.replaceAll(argument -> argument.replace("tcp://127.0.0.1:7000", "tcp://127.0.0.1:0")
                .replace("/etc/polyserve/upper.toml", configuration.toString()));
        try (ServedProcess server = ServedProcess.start(arguments.toArray(String[]::new))) {
            talk(server.awaitPort());
        }
    }

    @Test
    void theServiceOnDemandServesTheSocketsOfItsUnit() throws Exception {
        assumeTrue(Files.isExecutable(TOOL), () -> "needs " + TOOL + " of the package systemd");
        int port = FreePort.find();
        List<String> before = List.of(TOOL.toString(), "-l", "127.0.0.1:" + port, "-l",
                directory.resolve("upper.sock").toString(), "--fdname=" + String.join(":",
                        List.of(value("polyserve-on-demand.socket", "FileDescriptorName"),
                                value("polyserve-on-demand.socket", "FileDescriptorName"))));
        try (ServedProcess server = ServedProcess.start(before, Map.of(),
                arguments("polyserve-on-demand.service").toArray(String[]::new))) {
            server.err.awaitContaining("Listening on ");
            talk(port);
            assertThat(server.out.awaitContaining("polyserve: serving "))
                    .contains("tcp://127.0.0.1:" + port + ", unix:" + directory.resolve("upper.sock"));
        }
    }

    @Test
    void theServiceForEachConnectionServesOne() throws Exception {
        assumeTrue(Files.isExecutable(TOOL), () -> "needs " + TOOL + " of the package systemd");
        assertThat(value("polyserve-each.socket", "Accept")).isEqualTo("yes");
        int port = FreePort.find();
        try (ServedProcess server = ServedProcess.start(List.of(TOOL.toString(), "-a", "-l", "127.0.0.1:" + port),
                Map.of(), arguments("polyserve-each@.service").toArray(String[]::new))) {
            server.err.awaitContaining("Listening on ");
            talk(port);
            server.err.awaitContaining("died with code 0");
        }
    }

    @Test
    void systemdAcceptsTheUnits() throws Exception {
        assumeTrue(Files.isExecutable(ANALYZE), () -> "needs " + ANALYZE + " of the package systemd");
        List<String> command = new ArrayList<>(List.of(ANALYZE.toString(), "verify"));
        try (Stream<Path> units = Files.list(UNITS)) {
            for (Path unit : units.toList()) {
                // The program is not installed.
                command.add(Files.writeString(directory.resolve(unit.getFileName().toString()),
                        Files.readString(unit).replace(PROGRAM, "/bin/true")).toString());
            }
        }
        // Shows that the tool reports errors at all.
        Path wrong = Files.writeString(directory.resolve("wrong.service"),
                "[Service]\nExecStart=/bin/true\nNoSuchSetting=1\n");
        command.add(wrong.toString());
        Process analysis = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(analysis.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(said).contains(wrong + ":3", "NoSuchSetting");
        // It also reports on other units, and on files that are missing where systemd does not run.
        assertThat(said.lines().filter(line -> line.contains(directory + "/polyserve"))).isEmpty();
    }
}
