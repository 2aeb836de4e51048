package dev.polyserve.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.bench.result.BenchMetric;
import dev.polyserve.browser.Browser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// Opens the page in a real browser.
@Tag("slow")
class HtmlReportPageTest {
    private static final int WIDE = 1_280;
    private static final int PHONE = 360;

    @TempDir
    private static Path directory;
    private static @Nullable Browser browser;
    private static Path page = Path.of("");

    @BeforeAll
    static void start() throws Exception {
        Optional<Path> program = Browser.program();
        assumeTrue(program.isPresent(), "no chromium on the PATH (Debian's package is called chromium)");
        page = directory.resolve("report.html");
        HtmlReport
                .write(new BenchReport(SampleResults.rich(),
                        Optional.of(BaselineComparison.compare(SampleResults.earlier(), SampleResults.rich())),
                        Optional.of(Recommendation.of(SampleResults.rich(), List.of("epoll"), "auto"))), page);
        browser = Browser.start(program.get(), Files.createDirectory(directory.resolve("profile")));
    }

    @AfterAll
    static void end() throws Exception {
        if (browser != null) {
            browser.end();
        }
    }

    @ParameterizedTest
    @CsvSource({"light, 1280", "dark, 1280", "light, 360", "dark, 360"})
    void opensWithoutAnErrorAndDrawsEverything(String colourScheme, int width) throws Exception {
        Browser tab = open(width, colourScheme);

        assertThat(tab.errors()).isEmpty();
        assertThat(tab.requests()).as("what was asked for").containsExactly(page.toUri().toString());
        assertThat(tab.evaluate("document.documentElement.scrollWidth").intValue()).as("width of the page")
                .isLessThanOrEqualTo(width);
        JsonNode charts = tab.evaluate(INK);
        assertThat(charts.size()).isEqualTo(
                tab.evaluate("JSON.parse(document.getElementById('charts').textContent).length").intValue())
                .isGreaterThan(10);
        for (JsonNode chart : charts) {
            assertThat(chart.path("marks").intValue()).as("pixels that %s drew in its contenders' colours", chart)
                    .isGreaterThan(150);
            assertThat(chart.path("alternative").stringValue()).contains("The table below has all figures.");
        }
        if ("full".equals(System.getProperty("polyserve.tests"))) {
            tab.screenshot(pictures().resolve(colourScheme + "-" + width + ".png"));
        }
    }

    @Test
    void theTablesHaveTheFiguresOfTheJson() throws Exception {
        JsonNode cells = open(WIDE, "light").evaluate(CELLS);
        assertThat(cells.size()).isGreaterThan(200);
        for (JsonNode cell : cells) {
            double median = cell.path("median").doubleValue();
            assertThat(cell.path("value").doubleValue()).as("%s", cell).isEqualTo(median);
            assertThat(cell.path("text").stringValue()).as("%s", cell)
                    .isEqualTo(QuantityFormat.of(BenchMetric.valueOf(cell.path("metric").stringValue()), median));
        }
        int figures = SampleResults.rich().comparisons().stream().flatMap(c -> c.entries().stream())
                .mapToInt(
                        e -> (int) List.of(BenchMetric.values()).stream().filter(m -> e.spread(m).isPresent()).count())
                .sum();
        assertThat(cells.size()).as("figures in the tables, and in the JSON").isEqualTo(figures);
    }

    @Test
    void theBarsAreProportionalToTheirFigures() throws Exception {
        JsonNode labels = open(WIDE, "light").evaluate("[...document.querySelectorAll('#chart-0 .row-label')]"
                + ".map(l => l.textContent + ' at ' + Math.round(parseFloat(l.style.top)))");
        assertThat(labels.valueStream().map(JsonNode::stringValue)).hasSize(6)
                .anyMatch(l -> l.startsWith("epoll81,300 at ")).doesNotHaveDuplicates();
    }

    @Test
    void coloursFollowTheTheme() throws Exception {
        Browser tab = open(WIDE, "light");
        String light = tab.background();
        JsonNode drawn = tab.evaluate(INK);
        tab.look(WIDE, 900, "dark");

        awaitRedrawn(tab);
        assertThat(tab.background()).isNotEqualTo(light);
        assertThat(tab.evaluate(INK)).as("redrawn when the theme changes").isNotEqualTo(drawn);
        assertThat(tab.reported("Runtime.exceptionThrown", "Log.entryAdded")).isEmpty();
    }

    /// The page draws again in the frame after a change.
    private static void awaitRedrawn(Browser tab) throws Exception {
        assertThat(
                tab.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))")
                        .intValue())
                .isEqualTo(1);
    }

    @Test
    void chartsFollowTheWidth() throws Exception {
        Browser tab = open(WIDE, "light");
        int wide = tab.evaluate("document.querySelector('.chart canvas').clientWidth").intValue();
        tab.look(PHONE, 800, "light");

        awaitRedrawn(tab);
        assertThat(tab.evaluate("document.querySelector('.chart canvas').clientWidth").intValue()).isLessThan(wide)
                .isLessThan(PHONE);
        assertThat(tab.evaluate("document.documentElement.scrollWidth").intValue()).isEqualTo(PHONE);
    }

    @Test
    void theFiguresCanBeSaved() throws Exception {
        Browser tab = open(WIDE, "light");
        String saved = tab.evaluate("""
                new Promise((done) => {
                  URL.createObjectURL = (blob) => { blob.text().then(done); return 'data:,'; };
                  HTMLAnchorElement.prototype.click = () => {};
                  document.getElementById('download').click();
                })""").stringValue();
        Path file = Files.writeString(directory.resolve("saved.json"), saved);

        assertThat(BenchResultsJson.read(file)).isEqualTo(SampleResults.rich());
    }

    @Test
    void hoveringOverACurveShowsItsLatency() throws Exception {
        Browser tab = open(WIDE, "light");
        String before = legend(tab);
        tab.evaluate(
                """
                        (() => {
                          const over = document.querySelector('.curves .u-over');
                          const box = over.getBoundingClientRect();
                          for (const kind of ['mouseenter', 'mousemove']) {
                            over.dispatchEvent(new MouseEvent(kind, {clientX: box.left + box.width * 0.9, clientY: box.top + 50}));
                          }
                          return new Promise((done) => requestAnimationFrame(() => done(1)));
                        })()""");

        assertThat(before).startsWith("at 99 %:").contains("epoll291 µs");
        assertThat(legend(tab)).startsWith("at 99.99").isNotEqualTo(before);
    }

    @Test
    void headingsTablesAndRegionsHaveNames() throws Exception {
        Browser tab = open(WIDE, "light");
        assertThat(tab.evaluate("document.querySelectorAll('h1').length").intValue()).isEqualTo(1);
        assertThat(tab.evaluate("[...document.querySelectorAll('table.figures, table.changes')]"
                + ".filter(t => !t.caption || !t.tHead.querySelector('th[scope=col]')"
                + " || !t.querySelector('tbody th[scope=row]')).length").intValue()).isZero();
        assertThat(tab.evaluate("[...document.querySelectorAll('[aria-labelledby]')]"
                + ".filter(e => !document.getElementById(e.getAttribute('aria-labelledby'))).length").intValue())
                .isZero();
        assertThat(tab.evaluate("[...document.querySelectorAll('[id]')].length"
                + " - new Set([...document.querySelectorAll('[id]')].map(e => e.id)).size").intValue()).isZero();
    }

    /// The number of coloured pixels in each chart, without the grey ones of axes and text.
    private static final String INK = """
            [...document.querySelectorAll('.chart')].map((chart) => {
              const canvas = chart.querySelector('canvas');
              const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
              let marks = 0, last = -1;
              const colours = new Set();
              for (let i = 0; i < data.length; i += 4) {
                const r = data[i], g = data[i + 1], b = data[i + 2];
                if (data[i + 3] > 200 && Math.max(r, g, b) - Math.min(r, g, b) > 24) {
                  marks++;
                  const colour = r << 16 | g << 8 | b;
                  if (colour !== last) {
                    colours.add(last = colour);
                  }
                }
              }
              return {id: chart.id, marks, colours: colours.size, first: [...colours][0],
                alternative: chart.getAttribute('aria-label')};
            })""";

    /// Every cell with a figure, paired with the figure in the JSON.
    private static final String CELLS = """
            (() => {
              const results = JSON.parse(document.getElementById('results').textContent);
              return [...document.querySelectorAll('table.figures')].flatMap((table) => {
                const {entries} = results.comparisons[table.dataset.comparison];
                return [...table.querySelectorAll('td[data-value]')].map((cell) => ({
                  contender: cell.dataset.contender, metric: cell.dataset.metric, value: Number(cell.dataset.value),
                  text: cell.firstChild.textContent.trim(),
                  median: entries.find((entry) => entry.contender === cell.dataset.contender)
                    .summary[cell.dataset.metric].median}));
              });
            })()""";

    private static Browser open(int width, String colourScheme) throws Exception {
        Browser tab = browser;
        if (tab == null) {
            throw new IllegalStateException("the browser was not started");
        }
        tab.look(width, 900, colourScheme);
        tab.open(page.toUri());
        return tab;
    }

    private static String legend(Browser tab) throws Exception {
        return tab.evaluate("document.querySelector('.curves .legend').textContent").stringValue();
    }

    /// Kept for inspection.
    private static Path pictures() throws IOException {
        return Files.createDirectories(Path.of(System.getProperty("basedir", "."), "target", "report-pictures"));
    }
}
