package dev.polyserve.bench.report;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.bench.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class HtmlReportTest {
    private final BenchReport report = new BenchReport(SampleResults.rich(),
            Optional.of(BaselineComparison.compare(SampleResults.earlier(), SampleResults.rich())),
            Optional.of(new Recommendation(Optional.of("<b>not</b>"), "Recommendation: take <b>not</b>.")));
    private final String page = HtmlReport.page(report);

    @Test
    void textAndAttributesAreEscaped() {
        assertThat(new HtmlWriter().in("p.a.b", p -> p.text("1 < 2 & 'x'"), "title", "\"><script>").toString())
                .isEqualTo("<p class=\"a b\" title=\"&quot;&gt;&lt;script&gt;\">1 &lt; 2 &amp; &#39;x&#39;</p>");
    }

    @Test
    void markupInNamesStaysText() {
        assertThat(page).doesNotContain("<script>alert").doesNotContain("<b>not</b>")
                .contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;co&quot;");
        assertThat(Pattern.compile("<script").matcher(page).results().count()).isEqualTo(4);
    }

    @Test
    void holdsAllResults() {
        String json = page.substring(page.indexOf("id=\"results\">") + 13);
        assertThat(JsonMapper.shared().readTree(json.substring(0, json.indexOf("</script>"))))
                .isEqualTo(JsonMapper.shared().readTree(BenchResultsJson.text(report)));
    }

    @Test
    void aRecommendationIsShownFirst() {
        assertThat(page).containsPattern("</header>\\s*<p class=\"recommendation\">Recommendation: take &lt;b");
        assertThat(HtmlReport.page(BenchReport.of(SampleResults.rich()))).doesNotContain("class=\"recommendation\"");
    }

    @Test
    void namesTheWorkloadOfTheLab() {
        assertThat(page).contains("start <code>polyserve lab</code> and take the workload <code>talkers</code>.");
        assertThat(Arrays.stream(Workload.values()).flatMap(one -> ReportFormat.labWorkload(one.id()).stream())
                .distinct()).containsExactly("talkers", "burst", "sleep", "compute", "idle", "slow");
    }

    @Test
    void loadsNothing() {
        assertThat(page).contains("default-src 'none'").doesNotContain("src=\"http").doesNotContain("url(http")
                .doesNotContain("@import");
        assertThat(Pattern.compile("<(link|img|iframe)[^>]*=\"http").matcher(page).find()).isFalse();
    }

    @Test
    void everyPlaceholderOfTheTemplateIsFilled() {
        assertThat(page).doesNotContainPattern("\\{\\{\\w+}}").contains("The MIT License (MIT)");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void coloursHaveContrastInEitherTheme(int theme) {
        Map<String, String> colours = new HashMap<>();
        Pattern.compile("--([\\w-]+): #(\\p{XDigit}{6})").matcher(page.split("prefers-color-scheme: dark", -1)[theme])
                .results().forEach(match -> colours.put(match.group(1), match.group(2)));
        for (String ground : List.of("ground", "surface")) {
            for (String text : List.of("text", "muted", "accent", "good", "bad", "warn")) {
                assertThat(contrast(colours, text, ground)).as("%s on %s", text, ground).isGreaterThan(4.5);
            }
        }
        for (int i = 0; i < 8; i++) {
            assertThat(contrast(colours, "colour-" + i, "surface")).as("colour %d", i).isGreaterThan(3);
        }
    }

    @Test
    void emptyResultsGiveAPage() {
        assertThat(HtmlReport.page(BenchReport.of(SampleResults.results(false, List.of()))))
                .contains("Nothing was measured.").contains("The run was interrupted");
    }

    /// The contrast ratio as WCAG 2 defines it.
    private static double contrast(Map<String, String> colours, String one, String other) {
        double a = luminance(requireNonNull(colours.get(one), one));
        double b = luminance(requireNonNull(colours.get(other), other));
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    }

    private static double luminance(String hex) {
        double[] weights = {0.2126, 0.7152, 0.0722};
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            double channel = Integer.parseInt(hex, 2 * i, 2 * i + 2, 16) / 255.0;
            sum += weights[i] * (channel <= 0.04045 ? channel / 12.92 : Math.pow((channel + 0.055) / 1.055, 2.4));
        }
        return sum;
    }

    @Test
    void aFileThatCannotBeWrittenIsNamed(@TempDir Path directory) {
        assertThatThrownBy(() -> HtmlReport.write(BenchReport.of(SampleResults.rich()), directory.resolve("no/r.html")))
                .isInstanceOf(IOException.class).hasMessageContaining("r.html cannot be written: create its directory");
    }
}
