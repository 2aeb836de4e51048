package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The command `lab`: its page, and what it refuses.
class LabCommandTest {
    @Test
    void printsTheAddressOfItsPage() throws Exception {
        try (Cli lab = Cli.start("lab", "--no-browser")) {
            URI address = URI.create(lab.out.awaitContaining("http://127.0.0.1:").strip());
            try (InputStream page = address.toURL().openStream()) {
                assertThat(new String(page.readAllBytes(), StandardCharsets.UTF_8))
                        .containsIgnoringCase("<!doctype html>");
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --listen | tcp://0.0.0.0:0 | the lab starts programs, so its page is for this machine only
            --listen | unix:/run/lab | the lab starts programs, so its page is for this machine only
            --listen | nonsense | bad --listen 'nonsense'
            --against | python3 server.py | does not say {port}
            """)
    void refusesInOneSentence(String option, String value, String sentence) {
        Cli.Finished run = Cli.run("lab", "--no-browser", option, value);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).startsWith("polyserve: ").contains(sentence).hasLineCount(1);
    }
}
