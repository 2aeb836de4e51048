package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Model;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The output of `--help` and `--version`.
class HelpTest {
    @ParameterizedTest
    @ValueSource(strings = {"--help", "serve --help", "connect --help", "models --help"})
    void everyCommandHasHelpWithExamples(String commandLine) {
        Cli.Finished run = Cli.run(commandLine.split(" ", -1));
        assertThat(run.status()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("Usage: polyserve", "Examples:").doesNotContain("${");
        assertThat(run.out().lines()).allMatch(line -> line.length() <= 120);
    }

    @Test
    void serveExplainsEverySettingAndService() {
        String help = Cli.run("serve", "--help").out();
        for (ServeSetting setting : ServeSetting.values()) {
            assertThat(help).contains(setting.option());
        }
        assertThat(help).contains("echo", "upper", "print", "welcome [TEXT]", "reply", "chat", "discard", "chargen",
                "daytime",
                "time", "qotd", "exec --", "proxy ENDPOINT...");
    }

    @Test
    void theVersionIsOneLine() {
        Cli.Finished run = Cli.run("--version");
        assertThat(run.status()).isZero();
        assertThat(run.out()).startsWith("polyserve ").contains("Java").hasLineCount(1);
    }

    @Test
    void completionKnowsServicesAndModels() {
        Cli.Finished run = Cli.run("generate-completion");
        assertThat(run.status()).isZero();
        assertThat(run.out()).contains("complete -F", "--max-connections", "io_uring", "chargen");
    }

    @Test
    void modelsFitInto120Columns() {
        Cli.Finished run = Cli.run("models");
        assertThat(run.status()).isZero();
        assertThat(run.out().lines()).allMatch(line -> line.length() <= 120);
        for (Model model : Model.all()) {
            assertThat(run.out().lines()).anyMatch(line -> line.startsWith(model.id() + " "));
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void modelsSayWhatAutoTakesAlsoInWorkers() {
        assertThat(Cli.run("models").out()).contains("takes epoll with ", " in each worker process: ");
        List<String> lines = Cli.run("models", "--format", "json").out().lines().toList();
        assertThat(lines).anyMatch(line -> line.contains("\"auto\"") && line.contains("\"takes\":\"epoll\""));
        assertThat(lines).anyMatch(line -> line.contains("\"process-pool\"") && line.contains("\"takes\":\"epoll\""));
    }

    @Test
    void modelsAsJsonHaveTheSameFields() {
        String json = Cli.run("models", "--format", "json").out();
        assertThat(json).startsWith("[\n").contains("\"name\":\"virtual\"", "\"available\":true", "\"waitsIn\":");
        assertThat(json.lines().filter(line -> line.contains("\"name\""))).hasSize(Model.all().size());
    }
}
