package dev.polyserve.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The commands of the README print what it shows, except for the port and the process id.
class QuickStartTest {
    private static final String LAUNCHER = "$ ./polyserve ";
    private static final String CLIENT = "$ nc 127.0.0.1 8888";
    private static final Path JAR = Project.ROOT.resolve("cli/target/polyserve.jar");

    @Test
    @Timeout(60)
    void serverAndClientPrintWhatIsShown() throws Exception {
        assumeTrue(Files.exists(JAR), "the command line is packaged");
        List<String> server = block(LAUNCHER + "serve");
        List<String> client = block(CLIENT);
        Process process = start(server.getFirst());
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            String ready = String.valueOf(out.readLine());
            Matcher shown = Pattern.compile(Pattern.quote(server.get(1)).replace("8888", "\\E(\\d+)\\Q")
                    .replace("4711", "\\E\\d+\\Q")).matcher(ready);
            assertThat(shown.matches()).as("%s is like %s", ready, server.get(1)).isTrue();
            assertThat(converse(Integer.parseInt(shown.group(1)), client.subList(1, 2)))
                    .isEqualTo(client.subList(2, 3));
        } finally {
            process.destroy();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("ended by the signal").isTrue();
        }
        assertThat(process.exitValue()).as("drained").isZero();
    }

    /// Starts the command of a line, at a free port.
    private static Process start(String line) throws IOException {
        var command = new ArrayList<String>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar", JAR.toString()));
        command.addAll(List.of(line.substring(LAUNCHER.length()).split(" ")));
        command.addAll(List.of("--listen", "tcp://127.0.0.1:0"));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static List<String> converse(int port, List<String> lines) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            for (String line : lines) {
                socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            }
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    /// {@return the lines of the README's block with this beginning}
    private static List<String> block(String beginning) throws IOException {
        List<String> lines = Files.readAllLines(Project.ROOT.resolve("README.md"));
        for (int i = 1; i < lines.size(); i++) {
            if (lines.get(i).startsWith(beginning) && lines.get(i - 1).equals("```console")) {
                return lines.subList(i, i + lines.subList(i, lines.size()).indexOf("```"));
            }
        }
        throw new AssertionError("the README has no block that begins with " + beginning);
    }
}
