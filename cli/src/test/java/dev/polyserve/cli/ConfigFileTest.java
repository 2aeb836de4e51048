package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.polyserve.Model;
import dev.polyserve.Workers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The configuration file, with the names of the long options as keys.
class ConfigFileTest {
    @TempDir
    private Path directory = Path.of(".");

    @Test
    void everyKindOfValueIsRead() throws Exception {
        ServeSettings settings = ConfigFile.read(file("""
                listen = ["tcp://127.0.0.1:0", "udp://127.0.0.1:0"]
                max-connections = 50
                idle-timeout = "30s"
                max-frame = "1MiB"
                quiet = true
                """));
        assertThat(settings.list(ServeSetting.LISTEN)).isEqualTo(List.of("tcp://127.0.0.1:0", "udp://127.0.0.1:0"));
        assertThat(settings.number(ServeSetting.MAX_CONNECTIONS)).contains(50);
        assertThat(settings.duration(ServeSetting.IDLE_TIMEOUT)).contains(Duration.ofSeconds(30));
        assertThat(settings.bytes(ServeSetting.MAX_FRAME)).contains(1 << 20);
        assertThat(settings.flag(ServeSetting.QUIET)).isTrue();
        assertThat(settings.has(ServeSetting.MODEL)).isFalse();
    }

    @Test
    void aFileInAnotherEncodingIsRefusedInOneSentence() throws Exception {
        Path file = Files.write(directory.resolve("latin1.toml"), new byte[]{'#', (byte) 0xfc, '\n'});
        assertThatExceptionOfType(ExitException.class).isThrownBy(() -> ConfigFile.read(file))
                .withMessage("the configuration file " + file + " is not in UTF-8: save it in that encoding");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "max-conections = 1 | unknown key in * line 2 key 'max-conections', did you mean max-connections? (the keys are",
        "listen = [] | line 2 key 'listen': the list is empty",
        "quiet = 'yes' | line 2 key 'quiet': it must be true or false",
        "model = ['nio'] | line 2 key 'model': it must be a string in quotes or a whole number",
        "model = nio | line 2", "[table] | unknown key in * line 2 key 'table'",
        "a.b = 1 | unknown key in * line 2 key 'a'"})
    void anErrorNamesFileLineAndKey(String line, String sentence) throws Exception {
        Path file = file("\n" + line + "\n");
        String expected = sentence.replace("*", file.toString());
        assertThatExceptionOfType(ExitException.class).isThrownBy(() -> ConfigFile.read(file))
                .withMessageContaining(expected).withMessageContaining(file.toString())
                .satisfies(thrown -> assertThat(thrown.status()).isEqualTo(2))
                .satisfies(thrown -> assertThat(thrown.getMessage()).hasLineCount(1));
    }

    @Test
    void workerSettingsAreApplied() throws Exception {
        Model model = ModelFactory.of(ConfigFile.read(file("""
                model = "process-pool"
                workers = "2..8"
                spare = "2..3"
                recycle-connections = 1000
                recycle-age = "2h"
                worker-boot = "10s"
                worker-silence = "5s"
                """)));
        assertThat(model).isEqualTo(Model.processPool(2, 8, Model.auto(), Workers.defaults().withSpare(2, 3)
                .withRecycleConnections(1000).withRecycleAge(Duration.ofHours(2)).withBoot(Duration.ofSeconds(10))
                .withSilence(Duration.ofSeconds(5))));
        Model one = ModelFactory.of(ConfigFile.read(file("model = 'process'\nworkers = 9\nspare = 6\n")));
        assertThat(one).isEqualTo(Model.process(9, Workers.defaults().withSpare(6, 6)));
    }

    @Test
    void aBadValueIsNamedTheSameWay() throws Exception {
        Path file = file("idle-timeout = \"soon\"\n");
        Cli.Finished run = Cli.run("serve", "--config", file.toString());
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err())
                .startsWith("polyserve: bad " + file + " line 1 key 'idle-timeout' 'soon': it is not a duration")
                .hasLineCount(1);
    }

    @Test
    void theCommandLineWins() throws Exception {
        Path file = file("listen = [\"tcp://127.0.0.1:0\"]\nmodel = \"thread\"\nlog-format = \"json\"\n");
        try (Cli server = Cli.serve("upper", "--config", file.toString(), "--model", "nio")) {
            assertThat(server.out.text()).contains("serving upper on tcp://127.0.0.1:", "with nio");
            assertThat(server.stop()).isZero();
            server.err.await(line -> line.startsWith("{"));
        }
    }

    private Path file(String text) throws Exception {
        return Files.writeString(directory.resolve("p.toml"), text);
    }
}
