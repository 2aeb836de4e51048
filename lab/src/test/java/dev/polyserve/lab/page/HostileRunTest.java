package dev.polyserve.lab.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.browser.Browser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A saved run whose texts are markup and scripts: the page shows them as text, whatever they are.
@Tag("slow")
@Timeout(120)
class HostileRunTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final String HOSTILE = "</script><script>hacked=1</script><!--<script> <img src=x onerror=hacked=1>"
            + " \u0001\u2028]]>&amp;\"'`${hacked=1}";

    @TempDir
    private Path directory = Path.of(".");

    private static String hostileRun() throws Exception {
        ObjectNode run = (ObjectNode) MAPPER.readTree(SavedLabPageTest.run());
        run.put("id", HOSTILE).put("state", "running").put("over", HOSTILE).put("workload", "constructor");
        run.path("servers").forEach(server -> ((ObjectNode) server).put("label", HOSTILE).put("message", HOSTILE));
        run.path("clients").forEach(client -> ((ObjectNode) client).put("role", HOSTILE));
        for (JsonNode event : run.path("events")) {
            if (event.has("thread")) {
                ((ObjectNode) event).put("thread", HOSTILE);
            }
            if (event.has("cause")) {
                ((ObjectNode) event).put("cause", HOSTILE);
            }
        }
        return MAPPER.writeValueAsString(run);
    }

    @Test
    void itsTextsAreText() throws Exception {
        Optional<Path> program = Browser.program();
        assumeTrue(program.isPresent(), "no chromium on this machine: the page was not opened");
        String run = hostileRun();
        Path file = Files.writeString(directory.resolve("run.html"),
                SavedLabPage.of(run, run, SavedLabPageTest.choices()));
        Browser tab = Browser.start(program.get(), Files.createDirectory(directory.resolve("profile")));
        try {
            tab.look(1_280, 900, "light");
            tab.open(file.toUri());
            while (!tab.evaluate("document.querySelectorAll('.server').length === 2").booleanValue()) {
                LockSupport.parkNanos(20_000_000);
            }
            tab.evaluate("document.querySelectorAll('details').forEach((details) => details.open = true)");
            assertThat(tab.evaluate("document.getElementById('server-0').textContent").stringValue())
                    .isEqualTo(HOSTILE);
            assertThat(tab.evaluate("typeof hacked").stringValue()).isEqualTo("undefined");
            assertThat(tab.evaluate("document.querySelectorAll('img, main script').length").intValue()).isZero();
            assertThat(tab.evaluate("Number(document.getElementById('moment').dataset.value)").intValue())
                    .as("a run that was saved while it went on is shown whole").isEqualTo(2_000_000);
            assertThat(tab.reported("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded")).isEmpty();
            assertThat(tab.evaluate(PICTURE).stringValue()).as("what is wrong with the picture").isEmpty();
        } finally {
            tab.end();
        }
    }

    /// Saves a picture, and reads it as what it claims to be.
    private static final String PICTURE = """
            new Promise((done) => {
              const make = URL.createObjectURL;
              URL.createObjectURL = (blob) => {
                blob.text().then((text) => {
                  const read = new DOMParser().parseFromString(text, 'image/svg+xml');
                  const wrong = read.querySelector('parsererror, script, img');
                  done(wrong ? wrong.outerHTML : '');
                });
                return make(blob);
              };
              HTMLAnchorElement.prototype.click = () => {};
              document.getElementById('picture').click();
            })""";
}
