package dev.polyserve.lab.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Endpoint;
import dev.polyserve.browser.Browser;
import dev.polyserve.lab.LabServerProgram;
import dev.polyserve.lab.Lab;
import dev.polyserve.lab.LabRun;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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

/// Everything on the page can be done with the keyboard alone: by real keys, in a real browser.
@Tag("slow")
@Timeout(120)
class PageKeyboardTest {
    private static final int END = 2_000_000;
    /// A server that never listens, so that its run starts until it is stopped.
    private static final String SILENT = "sleep 60 # {port}";
    private static final int MOST_STOPS = 100;

    @TempDir
    private static Path directory = Path.of(".");
    private static @Nullable Browser browser;

    @BeforeAll
    static void start() throws Exception {
        Optional<Path> program = Browser.program();
        assumeTrue(program.isPresent(), "no chromium on this machine: the page was not opened");
        browser = Browser.start(program.get(), Files.createDirectory(directory.resolve("profile")));
    }

    @AfterAll
    static void stop() throws Exception {
        if (browser != null) {
            browser.end();
        }
    }

    // --- a saved run ---

    @Test
    void theMomentFollowsTheKeys() throws Exception {
        Browser tab = saved(1_280);
        tab.await(now() + " === " + END);
        tab.press("Home");
        tab.await(now() + " === 0");
        tab.press(".");
        tab.await(now() + " === 1000");
        tab.press(".");
        tab.await(now() + " === 1100");
        tab.press(",");
        tab.await(now() + " === 1000");
        tab.press(" ");
        tab.await(isPlaying());
        tab.press(" ");
        tab.await("!(" + isPlaying() + ")");
        tab.press("End");
        tab.await(now() + " === " + END + " && !(" + isPlaying() + ")");
    }

    @Test
    void thePositionTheSpeedAndTheColoursFollowTheArrows() throws Exception {
        Browser tab = saved(1_280);
        tab.press("Home");
        reach(tab, "position");
        tab.press("ArrowRight");
        tab.await(now() + " === 10000");
        tab.press("ArrowLeft");
        tab.await(now() + " === 0");
        tab.press(" ");
        tab.await(isPlaying());
        tab.press("Home");
        tab.await(now() + " === 0 && !(" + isPlaying() + ")");
        reach(tab, "speed");
        tab.press("ArrowDown");
        tab.await("document.getElementById('speed').value === '0.5'");
        reach(tab, "span");
        tab.press("ArrowDown");
        tab.await("document.getElementById('span').value !== '0'");
        reach(tab, "colours");
        tab.press("ArrowDown");
        tab.await("document.getElementById('colours').value === 'place'");
        tab.await("!document.querySelector('.places').hidden");
    }

    /// A button takes Space and Enter, and leaves the other keys to the page.
    @Test
    void keysWorkBesideTheButtonWithTheFocus() throws Exception {
        Browser tab = saved(1_280);
        reach(tab, "back");
        tab.press("Enter");
        tab.await(now() + " < " + END);
        tab.press("Home");
        tab.await(now() + " === 0");
        reach(tab, "forward");
        tab.press(" ");
        tab.await(now() + " === 1000 && !(" + isPlaying() + ")");
        tab.press("End");
        tab.await(now() + " === " + END);
        reachFirst(tab, ".moments button");
        tab.press("Enter");
        tab.await(now() + " < " + END);
        reachFirst(tab, ".lane-table summary");
        tab.press("Enter");
        tab.await("document.querySelector('.lane-table').open");
    }

    @Test
    void theFocusGoesThroughThePageInItsOrder() throws Exception {
        for (int width : new int[]{1_280, 390}) {
            Browser tab = saved(width);
            tab.evaluate("document.querySelectorAll('details').forEach((details) => details.open = true)");
            List<Integer> forward = stops(tab, false);
            assertThat(forward).as("at " + width).hasSizeGreaterThan(10).isSorted().doesNotHaveDuplicates();
            assertThat(forward).as("all that can have the focus")
                    .hasSize(tab.evaluate(FOCUSABLE + ".length").intValue());
            assertThat(stops(tab, true)).as("backwards").isEqualTo(forward.reversed());
        }
    }

    // --- a lab ---

    /// The run does not begin: its server does not listen.
    @Test
    void aRunIsChosenBegunAndStopped() throws Exception {
        try (Lab lab = Lab.open(new LabServerProgram(List.of("no such program")), List.of(SILENT));
                LabPageServer server = LabPageServer.start(new Endpoint.Tcp("127.0.0.1", 0), lab)) {
            Browser tab = open(server.address().toString(), 1_280,
                    "document.querySelectorAll('#rows .row').length > 1");
            while (tab.evaluate("document.querySelectorAll('#rows .row').length").intValue() > 1) {
                reachFirst(tab, "#rows .row .quiet");
                tab.press("Enter");
            }
            reachFirst(tab, "#rows select");
            tab.press("End");
            tab.await("document.querySelector('#rows select').selectedOptions[0].textContent === '" + SILENT + "'");
            reach(tab, "clients");
            tab.press("ArrowUp");
            // A field takes its keys.
            tab.press(",");
            tab.press("Home");
            tab.await("document.getElementById('clients').value === '11'");
            reach(tab, "workload");
            tab.press("ArrowDown");
            reach(tab, "start");
            tab.press("Enter");
            tab.await("!document.getElementById('run').hidden && !document.getElementById('stop').hidden");
            tab.await("document.activeElement.id === 'play' && !document.getElementById('chosen').open");
            reach(tab, "stop");
            tab.press("Enter");
            LabRun run = lab.current().orElseThrow();
            assertThat(run.awaitEnd(Duration.ofSeconds(20))).as("it is stopped while its server starts").isTrue();
            tab.await("document.getElementById('state').textContent === 'it was stopped'");
            tab.await("document.activeElement.id === 'play'");
            assertThat(run.head()).contains("\"workload\":\"compute\"", "it was stopped before it served");
        }
    }

    // --- the browser ---

    private static Browser saved(int width) throws Exception {
        Path file = Files.writeString(directory.resolve("run.html"),
                SavedLabPage.of(SavedLabPageTest.run(), SavedLabPageTest.run(), SavedLabPageTest.choices()));
        return open(file.toUri().toString(), width, "document.querySelectorAll('.server').length === 2");
    }

    private static Browser open(String page, int width, String isShown) throws Exception {
        Browser tab = Objects.requireNonNull(browser);
        tab.look(width, 900, "light");
        tab.open(URI.create("about:blank"));
        tab.open(URI.create(page));
        tab.await(isShown);
        return tab;
    }

    /// Presses Tab until an element has the focus.
    private static void reach(Browser tab, String id) throws Exception {
        reachFirst(tab, "#" + id);
    }

    private static void reachFirst(Browser tab, String selector) throws Exception {
        String reached = "document.activeElement === document.querySelector('" + selector + "')";
        for (int stops = 0; !tab.evaluate(reached).booleanValue(); stops++) {
            assertThat(stops).as("stops before " + selector).isLessThan(MOST_STOPS);
            tab.press("Tab");
        }
    }

    private static final String FOCUSABLE = "[...document.querySelectorAll("
            + "'a[href], button, input, select, summary, [tabindex]')].filter((one) => !one.disabled && one.checkVisibility())";
    /// The place of the element with the focus among all; -1 without one. It is outlined, and not below the controls.
    private static final String STOP = """
            (() => {
              const one = document.activeElement;
              if (!one || one === document.body) {
                return -1;
              }
              const {left, right, top, bottom} = one.getBoundingClientRect();
              const seen = document.elementFromPoint((left + right) / 2, Math.min((top + bottom) / 2, innerHeight - 1));
              const outlined = getComputedStyle(one).outlineStyle !== 'none';
              const clear = one === seen || one.contains(seen) || seen?.contains(one);
              return outlined && clear ? FOCUSABLE.indexOf(one) : `${one.outerHTML} ${outlined ? 'is below' : 'has no outline,'} ${seen?.outerHTML}`;
            })()"""
            .replace("FOCUSABLE", FOCUSABLE);

    /// The places of all elements that get the focus, from one end of the page to the other.
    private static List<Integer> stops(Browser tab, boolean backwards) throws Exception {
        var found = new ArrayList<Integer>();
        for (int presses = 0; presses < MOST_STOPS; presses++) {
            if (backwards) {
                tab.pressWithShift("Tab");
            } else {
                tab.press("Tab");
            }
            var stop = tab.evaluate(STOP);
            assertThat(stop.isNumber()).as(stop.asString("")).isTrue();
            // A browser without a window goes round, with or without a stop at no element.
            if (found.contains(stop.intValue()) || (stop.intValue() < 0 && !found.isEmpty())) {
                return found;
            }
            if (stop.intValue() >= 0) {
                found.add(stop.intValue());
            }
        }
        return found;
    }

    private static String now() {
        return "Number(document.getElementById('moment').dataset.value)";
    }

    private static String isPlaying() {
        return "document.getElementById('play').dataset.playing === 'true'";
    }
}
