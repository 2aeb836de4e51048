package dev.polyserve.lab.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.browser.AccessibilityCheck;
import dev.polyserve.browser.Browser;
import dev.polyserve.examples.models.ModelExample;
import dev.polyserve.examples.models.ModelExplanation;
import dev.polyserve.text.JsonObjectWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Opens a saved run from disk in a real browser: three clients of an iterative server and of a program of others, in
/// `run.json`.
@Tag("slow")
@Timeout(120)
class SavedLabPageTest {
    private static final int WIDE = 1_280;
    private static final int PHONE = 390;

    @TempDir
    private static Path directory = Path.of(".");
    private static @Nullable Browser browser;
    private static @Nullable Path file;

    @BeforeAll
    static void start() throws Exception {
        Optional<Path> program = Browser.program();
        assumeTrue(program.isPresent(), "no chromium on this machine: the page was not opened");
        file = Files.writeString(directory.resolve("run.html"), SavedLabPage.of(run(), run(), choices()));
        browser = Browser.start(program.get(), Files.createDirectory(directory.resolve("profile")));
    }

    @AfterAll
    static void stop() throws Exception {
        if (browser != null) {
            browser.end();
        }
    }

    /// The recording.
    static String run() throws IOException {
        try (InputStream in = Objects.requireNonNull(SavedLabPageTest.class.getResourceAsStream("run.json"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /// What the lab offers of the recording's models.
    static String choices() {
        ModelExample example = ModelExample.of("iterative");
        return JsonObjectWriter.of(Map.of("models",
                List.of(Map.of("id", "iterative", "english", text(example.english()), "chinese",
                        text(example.chinese()), "byHand", example.byHand(), "byHandFile", "IterativeByHand.java",
                        "withPolyserve", example.withPolyserve(), "withPolyserveFile", "IterativeEcho.java"))));
    }

    private static Map<String, Object> text(ModelExplanation text) {
        return Map.of("idea", text.idea(), "waitsIn", text.waitsIn(), "badAt", text.badAt(), "watchFor",
                text.watchFor());
    }

    // --- lanes and figures ---

    @Test
    void theLanesAreThoseOfTheEvents() throws Exception {
        Browser tab = open(WIDE, "light");
        assertThat(states(tab, 0, 500_000)).containsExactly("input", "backlog", "backlog");
        assertThat(states(tab, 0, 5_050)).containsExactly("ready", "backlog", "backlog");
        assertThat(states(tab, 0, 5_200)).containsExactly("served", "backlog", "backlog");
        assertThat(states(tab, 0, 1_100_000)).containsExactly("gone", "computing", "backlog");
        assertThat(states(tab, 0, 1_450_000)).containsExactly("gone", "gone", "sending");
        assertThat(states(tab, 1, 5_500)).containsExactly("ready", "gone", "gone");
        assertThat(states(tab, 1, 900_000)).containsExactly("input", "gone", "gone");
        assertThat(states(tab, 1, 1_100_000)).containsExactly("gone", "gone", "gone");
        assertThat(states(tab, 1, 1_900_000)).containsExactly("input", "gone", "gone");
        assertQuiet(tab);
    }

    @Test
    void theFiguresAreThoseOfTheRecording() throws Exception {
        Browser tab = open(WIDE, "light");
        moveTo(tab, 1_200_000);
        assertThat(figure(tab, "backlog")).isEqualTo("1");
        assertThat(figure(tab, "callsPerRequest")).isEqualTo("10");
        assertThat(figure(tab, "residentBytes")).isEqualTo("52428800");
        assertThat(Double.parseDouble(figure(tab, "processor"))).isBetween(0.199, 0.201);
        assertThat(column(tab, 0, "read")).containsExactly("10", "20", "0");
        assertThat(column(tab, 0, "written")).containsExactly("10", "0", "0");
        assertThat(tab.evaluate("document.querySelector('.status').textContent").stringValue())
                .isEqualTo("1 in the backlog · 1 computing · 1 not connected");
        assertThat(tab.evaluate("document.querySelector('canvas').getAttribute('aria-label')").stringValue())
                .contains("1 in the backlog");
        assertThat(tab.evaluate("document.querySelector('.server .muted').textContent").stringValue())
                .contains("3 events were not recorded");
        moveTo(tab, 2_000_000);
        for (String column : List.of("sent", "read", "written", "received")) {
            assertThat(column(tab, 0, column)).as(column).containsExactly("10", "20", "0");
        }
    }

    @Test
    void aMomentIsShownByItsButton() throws Exception {
        Browser tab = open(WIDE, "light");
        String button = "document.querySelector('.moments [data-kind=backlog]')";
        assertThat(tab.evaluate(button + ".textContent").stringValue())
                .isEqualTo(
                        "At 1.000 s, client 1 leaves the backlog after 998 ms, and one other client goes on waiting there.");
        tab.evaluate(button + ".click()");
        tab.await(moment(1_000_200));
        assertThat(tab.evaluate("[...document.querySelectorAll('.moments button')].length").intValue()).isEqualTo(2);
    }

    // --- the moment ---

    @Test
    void stepsGoFromChangeToChange() throws Exception {
        Browser tab = open(WIDE, "light");
        moveTo(tab, 1_000_000);
        for (int expected : new int[]{1_000_200, 1_000_300, 1_000_400, 1_200_000}) {
            tab.evaluate("document.getElementById('forward').click()");
            tab.await(moment(expected));
        }
        tab.evaluate("document.body.dispatchEvent(new KeyboardEvent('keydown', {key: ',', bubbles: true}))");
        tab.await(moment(1_000_400));
        assertQuiet(tab);
    }

    @Test
    void aSlowedRunIsPlayedAndPaused() throws Exception {
        Browser tab = open(WIDE, "light");
        moveTo(tab, 100_000);
        tab.evaluate("document.getElementById('speed').value = '0.1'");
        tab.evaluate("document.getElementById('speed').dispatchEvent(new Event('change'))");
        tab.evaluate("document.getElementById('play').click()");
        tab.await(now() + " > 110000");
        tab.evaluate("document.getElementById('play').click()");
        int paused = tab.evaluate(now()).intValue();
        assertThat(paused).isLessThan(2_000_000);
        tab.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))).then(() => 0)");
        assertThat(tab.evaluate(now()).intValue()).isEqualTo(paused);
        assertThat(tab.evaluate("document.getElementById('play').getAttribute('aria-label')").stringValue())
                .isEqualTo("Play");
    }

    @Test
    void aPressOnTheLanesChoosesTheMoment() throws Exception {
        Browser tab = open(WIDE, "light");
        tab.evaluate("""
                (() => {
                  const canvas = document.querySelector('canvas');
                  const {left, top, width} = canvas.getBoundingClientRect();
                  canvas.setPointerCapture = () => {};
                  canvas.dispatchEvent(new PointerEvent('pointerdown', {isPrimary: true, button: 0, pointerId: 1,
                    clientX: left + 96 + (width - 96 - 164) / 2, clientY: top + 30}));
                })()""");
        tab.await("Math.abs(" + now() + " - 1000000) < 2000");
    }

    // --- for all ---

    @Test
    void thePageSpeaksChinese() throws Exception {
        Browser tab = open(WIDE, "light");
        tab.evaluate("document.getElementById('language').click()");
        tab.await("document.documentElement.lang === 'zh-CN'");
        assertThat(tab.evaluate("document.querySelector('.model p').textContent").stringValue())
                .isEqualTo(ModelExample.of("iterative").chinese().idea().getFirst());
        assertThat(tab.evaluate("document.querySelector('#legend').textContent").stringValue()).contains("等待输入");
        assertThat(tab.evaluate("[...document.querySelectorAll('[data-text]')].filter((place) => !place.textContent)"
                + ".length").intValue()).isZero();
        assertQuiet(tab);
    }

    @Test
    void theProgramsAreShownWhole() throws Exception {
        Browser tab = open(WIDE, "light");
        ModelExample example = ModelExample.of("iterative");
        assertThat(
                tab.evaluate("[...document.querySelectorAll('pre')].map((place) => place.textContent).join('\\n--\\n')")
                        .stringValue())
                .isEqualTo(example.withPolyserve().stripTrailing() + "\n--\n" + example.byHand().stripTrailing());
        assertThat(tab.evaluate("document.querySelectorAll('pre .keyword').length").intValue()).isPositive();
    }

    @Test
    void lightAndDarkAndPhoneAreReadable() throws Exception {
        String light = open(WIDE, "light").background();
        check(WIDE, "light");
        check(WIDE, "dark");
        check(PHONE, "dark");
        assertThat(open(PHONE, "dark").background()).isNotEqualTo(light);
    }

    private static void check(int width, String scheme) throws Exception {
        Browser tab = open(width, scheme);
        tab.evaluate("document.querySelectorAll('details').forEach((details) => details.open = true)");
        moveTo(tab, 1_200_000);
        assertThat(tab.evaluate("document.documentElement.scrollWidth").intValue()).isLessThanOrEqualTo(width);
        assertThat(AccessibilityCheck.findings(tab)).as(width + " " + scheme).isEmpty();
        Files.createDirectories(pictures());
        tab.screenshot(pictures().resolve("saved-" + width + "-" + scheme + ".png"));
    }

    @Test
    void namesOfProgramsAreText() throws Exception {
        Browser tab = open(WIDE, "light");
        assertThat(tab.evaluate("document.getElementById('server-1').textContent").stringValue())
                .isEqualTo("python3 <server>.py {port}");
        assertThat(tab.evaluate("document.querySelectorAll('server').length").intValue()).isZero();
    }

    // --- the browser ---

    private static Browser open(int width, String scheme) throws Exception {
        Browser tab = Objects.requireNonNull(browser);
        tab.look(width, 900, scheme);
        tab.open(Objects.requireNonNull(file).toUri());
        tab.await("document.querySelectorAll('.server').length === 2");
        return tab;
    }

    private static void moveTo(Browser tab, long micros) throws Exception {
        tab.evaluate("(() => { const position = document.getElementById('position'); position.step = 1;"
                + " position.value = " + micros + "; position.dispatchEvent(new Event('input')); })()");
        tab.evaluate("document.querySelectorAll('.lane-table').forEach((table) => table.open = true)");
        tab.await(moment(micros));
        tab.await("document.querySelectorAll('.lane-table tbody tr').length > 0");
    }

    private static List<String> states(Browser tab, int server, long micros) throws Exception {
        moveTo(tab, micros);
        return column(tab, server, "now");
    }

    private static List<String> column(Browser tab, int server, String column) throws Exception {
        return List.of(tab.evaluate("[...document.querySelectorAll('[data-server=\"" + server + "\"] [data-column="
                + column + "]')].map((cell) => cell.dataset.value).join()").stringValue().split(","));
    }

    private static String figure(Browser tab, String name) throws Exception {
        return tab.evaluate("document.querySelector('[data-figure=" + name + "]').dataset.value").stringValue();
    }

    private static String now() {
        return "Number(document.getElementById('moment').dataset.value)";
    }

    private static String moment(long micros) {
        return now() + " === " + micros;
    }

    /// No error, and nothing is loaded but the file.
    private static void assertQuiet(Browser tab) {
        assertThat(tab.errors()).isEmpty();
        assertThat(tab.requests()).allMatch(url -> url.startsWith("file:"));
    }

    /// Kept for inspection.
    private static Path pictures() {
        return Path.of(System.getProperty("basedir", "."), "target", "page-pictures");
    }
}
