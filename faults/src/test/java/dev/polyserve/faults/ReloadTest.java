package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Fault 37: a server reloads a configuration file that is invalid, missing or unreadable.
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class ReloadTest {
    private static final String GOOD = "max-connections = 1\non-full = \"reject\"\n";
    private static final Duration A_WHILE = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    private Path config() {
        return directory.resolve("config.toml");
    }

    private CommandLine serve() throws Exception {
        Files.writeString(config(), GOOD);
        return CommandLine.serve(directory, "echo", "--listen", "tcp://127.0.0.1:0", "--config", config().toString());
    }

    @Test
    void anInvalidFileChangesNothing() throws Exception {
        try (CommandLine server = serve()) {
            Files.writeString(config(), "max-connections = 1000\non-full = \"perhaps\"\n");
            requireRefused(server, "on-full");
            Files.writeString(config(), "max-connections = [\n");
            requireRefused(server, config().toString());
        }
    }

    @Test
    void aMissingFileChangesNothing() throws Exception {
        try (CommandLine server = serve()) {
            Files.delete(config());
            requireRefused(server, "there is no configuration file " + config());
        }
    }

    /// The file is a directory, which root cannot read either.
    @Test
    void anUnreadableFileChangesNothing() throws Exception {
        try (CommandLine server = serve()) {
            Files.delete(config());
            Files.createDirectory(config());
            requireRefused(server, "the configuration file " + config() + " is a directory");
        }
    }

    @Test
    void fixedSettingsAreReportedAndTheOthersApplied() throws Exception {
        try (CommandLine server = serve()) {
            Files.writeString(config(), GOOD.replace("1", "2") + "spin = \"10us\"\nbacklog = 77\n");
            Signals.send("HUP", server.pid());
            Eventually.holds(() -> assertThat(server.errors())
                    .contains("the configuration was reloaded, changed: max-connections")
                    .contains("these changed settings take effect after a restart: backlog, spin"));
            assertThat(served(server)).as("clients at once").isEqualTo(2);
        }
    }

    /// The configuration in force allows one client; every bad file would allow more or sets no limit.
    private void requireRefused(CommandLine server, String why) throws Exception {
        int before = lines(server).size();
        Signals.send("HUP", server.pid());
        Eventually.holds(() -> assertThat(sentenceAfter(before, server))
                .as("the log; all of it: " + server.errors()).contains(why));
        assertThat(served(server)).as("clients at once").isEqualTo(1);
        assertThat(ProcessHandle.of(server.pid())).as("the process").isPresent();
        requireSameSentenceAtTheStart(sentenceAfter(before, server));
    }

    /// A program that is started with that file reports the same error.
    private void requireSameSentenceAtTheStart(String sentence) throws Exception {
        Path elsewhere = Files.createTempDirectory(directory, "other");
        try (CommandLine other = CommandLine.start(elsewhere, List.of(),
                List.of("echo", "--listen", "tcp://127.0.0.1:0", "--config", config().toString()))) {
            assertThat(other.awaitExit(A_WHILE)).as("exit status").isEqualTo(2);
            assertThat(other.errors()).contains(sentence);
        }
    }

    private static List<String> lines(CommandLine server) throws IOException {
        return server.errors().lines().toList();
    }

    private static String sentenceAfter(int linesBefore, CommandLine server) throws IOException {
        String marker = "the configuration is unchanged: ";
        return lines(server).stream().skip(linesBefore).filter(line -> line.contains(marker)).findFirst()
                .map(line -> line.substring(line.indexOf(marker) + marker.length())).orElse("");
    }

    private static int served(CommandLine server) throws Exception {
        try (Client first = Client.at(address(server)); Client second = Client.at(address(server))) {
            first.converses();
            try {
                second.send("ping\n");
                return second.read("ping\n".length()).length > 0 ? 2 : 1;
            } catch (IOException reset) {
                return 1;
            }
        }
    }

    private static InetSocketAddress address(CommandLine server) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
    }
}
