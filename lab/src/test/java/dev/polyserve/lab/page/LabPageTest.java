package dev.polyserve.lab.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Endpoint;
import dev.polyserve.browser.AccessibilityCheck;
import dev.polyserve.browser.Browser;
import dev.polyserve.lab.TestedServerProgram;
import dev.polyserve.lab.Lab;
import dev.polyserve.lab.LabRun;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Starts a run of real servers on the page of the lab, in a real browser.
@Tag("slow")
@Timeout(120)
class LabPageTest {
    @TempDir
    private static Path directory = Path.of(".");
    private static @Nullable Browser browser;
    private static @Nullable Lab lab;
    private static @Nullable LabPageServer server;

    @BeforeAll
    static void start() throws Exception {
        Optional<Path> program = Browser.program();
        assumeTrue(program.isPresent(), "no chromium on this machine: the page was not opened");
        Lab opened = Lab.open(TestedServerProgram.forAShortLife(), List.of());
        lab = opened;
        server = LabPageServer.start(new Endpoint.Tcp("127.0.0.1", 0), opened);
        browser = Browser.start(program.get(), Files.createDirectory(directory.resolve("profile")));
    }

    @AfterAll
    static void stop() throws Exception {
        if (browser != null) {
            browser.end();
        }
        if (server != null) {
            server.close();
        }
        if (lab != null) {
            lab.close();
        }
    }

    /// One run, because a run takes seconds: it is begun on the page, paused while it goes on, compared with its recording
    /// and saved.
    @Test
    void aRunIsShownAsItIsRecordedAndAsItIsSaved() throws Exception {
        Browser tab = Objects.requireNonNull(browser);
        tab.look(1_280, 900, "light");
        openLab(tab);
        tab.await("document.querySelectorAll('#rows .row').length > 1");
        begin(tab);
        tab.await("document.querySelectorAll('.server').length === 2");
        tab.await("document.getElementById('position').max > 500000");
        pauses(tab);
        LabRun run = Objects.requireNonNull(lab).current().orElseThrow();
        assertThat(run.awaitEnd(Duration.ofSeconds(60))).isTrue();
        tab.await("document.getElementById('stop').hidden");
        tab.evaluate("document.querySelectorAll('.lane-table').forEach((table) => table.open = true)");
        tab.evaluate("document.getElementById('newest').click()");
        tab.await("document.getElementById('play').dataset.playing === 'false'");
        tab.await("(" + DIFFERENCES + ").then(({length}) => length === 0)");
        assertThat(tab.evaluate(TOTAL).intValue()).isPositive();
        assertQuiet(tab, "http://127.0.0.1:");
        assertThat(AccessibilityCheck.findings(tab)).isEmpty();
        tab.screenshot(Files.createDirectories(pictures()).resolve("lab-live.png"));
        assertSameWhenSaved(tab);
    }

    /// Those of the server come after those of the clients, in small pieces.
    @Test
    void eventsThatComeLateGiveTheSameLanes() throws Exception {
        Browser tab = Objects.requireNonNull(browser);
        openLab(tab);
        String compared = """
                import('/recording.js').then(({Recording}) => {
                  const run = () => (RUN);
                  const whole = Recording.whole(run());
                  const {events, ...head} = run();
                  const late = new Recording(head);
                  events.sort((one, other) => one.from.localeCompare(other.from) || one.t - other.t).forEach((event, i) => {
                    late.take({event});
                    if (i % 3 === 0) {
                      late.settle(1e12);
                    }
                  });
                  late.settle(Infinity);
                  const segments = ({servers}) => JSON.stringify(servers.map(({lanes}) => lanes.map((lane) => lane.segments)));
                  return [segments(whole).length, segments(whole) === segments(late)];
                })"""
                .replace("RUN", SavedLabPageTest.run());
        JsonNode result = tab.evaluate(compared);
        assertThat(result.get(0).intValue()).isGreaterThan(1_000);
        assertThat(result.get(1).booleanValue()).isTrue();
    }

    /// The browser loads nothing when it is to go where it is, to another place of the page.
    private static void openLab(Browser tab) throws Exception {
        tab.open(URI.create("about:blank"));
        tab.open(Objects.requireNonNull(server).address());
    }

    private static void begin(Browser tab) throws Exception {
        tab.evaluate("""
                (() => {
                  const set = (place, value) => {
                    place.value = value;
                    place.dispatchEvent(new Event('change'));
                  };
                  const rows = document.querySelectorAll('#rows .row');
                  [...rows].slice(2).forEach((row) => row.querySelector('.quiet').click());
                  set(rows[0].querySelector('[name=model]'), 'iterative');
                  set(rows[1].querySelector('[name=model]'), 'thread');
                  set(document.getElementById('workload'), 'talkers');
                  set(document.getElementById('clients'), '4');
                  set(document.getElementById('seconds'), '3');
                  document.getElementById('start').click();
                })()""");
    }

    /// The moment stands still while more is recorded.
    private static void pauses(Browser tab) throws Exception {
        tab.evaluate("document.getElementById('play').click()");
        String moment = "document.getElementById('moment').dataset.value";
        String paused = tab.evaluate(moment).stringValue();
        int end = tab.evaluate("Number(document.getElementById('position').max)").intValue();
        tab.await("document.getElementById('position').max > " + (end + 300_000));
        assertThat(tab.evaluate(moment).stringValue()).isEqualTo(paused);
    }

    /// Where the bytes of a lane in the table are not those of the recording.
    private static final String DIFFERENCES = """
            fetch('run.json').then((answer) => answer.json()).then(({servers, clients, events}) => {
              const kinds = {sent: 'client', received: 'client', read: 'server', written: 'server'};
              return servers.flatMap((_, server) => clients.flatMap((_, client) => Object.entries(kinds).map(([kind, from]) => {
                const recorded = events.filter((event) => event.server === server && event.client === client
                  && event.kind === kind && event.from === from).reduce((sum, {bytes}) => sum + bytes, 0);
                const cell = document.querySelectorAll(`[data-server="${server}"] [data-column=${kind}]`)[client];
                return {server, client, kind, recorded, shown: Number(cell.dataset.value)};
              })).filter(({recorded, shown}) => recorded !== shown));
            })""";
    private static final String TOTAL = "[...document.querySelectorAll('[data-column=received]')]"
            + ".reduce((sum, {dataset}) => sum + Number(dataset.value), 0)";
    /// All that the tables say.
    private static final String TABLES = "[...document.querySelectorAll('.lane-table tbody')]"
            + ".map(({textContent}) => textContent).join('\\n')";

    private static void assertSameWhenSaved(Browser tab) throws Exception {
        String live = tab.evaluate(TABLES).stringValue();
        URI page = Objects.requireNonNull(server).address();
        Path file = directory.resolve("saved.html");
        try (InputStream in = page.resolve("/run.html").toURL().openStream()) {
            Files.copy(in, file);
        }
        tab.open(file.toUri());
        tab.await("document.querySelectorAll('.server').length === 2");
        tab.evaluate("document.querySelectorAll('.lane-table').forEach((table) => table.open = true)");
        tab.await("document.querySelectorAll('.lane-table tbody tr').length === 8");
        assertThat(tab.evaluate(TABLES).stringValue()).isEqualTo(live);
        assertQuiet(tab, "file:");
    }

    private static void assertQuiet(Browser tab, String from) {
        assertThat(tab.errors()).isEmpty();
        assertThat(tab.requests()).allMatch(url -> url.startsWith(from));
    }

    /// Kept for inspection.
    private static Path pictures() {
        return Path.of(System.getProperty("basedir", "."), "target", "page-pictures");
    }
}
