package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AotTrainCommandTest {
    @Test
    @Tag("slow")
    void everyServerAnswersAllClients() {
        Cli.Finished run = Cli.run("train", "--requests", "2");
        assertThat(run.err()).as("no server fails, and none writes here").isEmpty();
        assertThat(run.status()).isZero();
        assertThat(run.out()).isEmpty();
    }

    @Test
    void theHelpOfTheProgramDoesNotMentionIt() {
        assertThat(Cli.run("--help").out()).contains("restart").doesNotContain("train");
    }

    @Test
    void aNumberOfRequestsIsRequired() {
        Cli.Finished run = Cli.run("train", "--requests", "0");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("bad --requests '0': it must be 1 or more");
    }
}
