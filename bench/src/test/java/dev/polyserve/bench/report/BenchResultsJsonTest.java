package dev.polyserve.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.bench.result.ComparisonResult;
import dev.polyserve.bench.result.ContenderResults;
import dev.polyserve.bench.result.BenchMetric;
import dev.polyserve.bench.result.BenchResults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class BenchResultsJsonTest {
    private static final Recommendation TAKE_EPOLL = new Recommendation(Optional.of("epoll"),
            "Recommendation: take epoll.");

    @TempDir
    private Path directory;

    @Test
    void resultsRoundTrip() throws IOException {
        Path file = directory.resolve("results.json");
        BenchResults results = SampleResults.rich();

        BenchResultsJson.write(new BenchReport(results, Optional.empty(), Optional.of(TAKE_EPOLL)), file);

        assertThat(BenchResultsJson.read(file)).isEqualTo(results);
    }

    @Test
    void aRecommendationIsWritten() {
        JsonNode tree = JsonMapper.shared()
                .readTree(BenchResultsJson
                        .text(new BenchReport(SampleResults.rich(), Optional.empty(), Optional.of(TAKE_EPOLL))));

        assertThat(tree.path("recommendation").path("model").stringValue()).isEqualTo("epoll");
        assertThat(tree.path("recommendation").path("sentence").stringValue()).isEqualTo(TAKE_EPOLL.sentence());
    }

    @Test
    void theOrderIsThatOfTheRecordsAndOfTheMetrics() {
        JsonNode tree = JsonMapper.shared().readTree(BenchResultsJson.text(BenchReport.of(SampleResults.rich())));

        assertThat(tree.propertyNames()).containsExactly("format", "startedAt", "tookSeconds", "complete", "command",
                "environment", "settings", "comparisons");
        assertThat(tree.path("environment").path("versions").propertyNames()).containsExactly("java", "polyserve",
                "python");
        List<BenchMetric> metrics = new ArrayList<>();
        tree.at("/comparisons/0/entries/0/rounds/0/metrics").propertyNames()
                .forEach(name -> metrics.add(BenchMetric.valueOf(name)));
        assertThat(metrics).hasSizeGreaterThan(5).isSorted();
    }

    @Test
    void theSummaryIsThatOfTheRounds() {
        BenchResults results = SampleResults.rich();
        JsonNode tree = JsonMapper.shared().readTree(BenchResultsJson.text(BenchReport.of(results)));
        for (int c = 0; c < results.comparisons().size(); c++) {
            ComparisonResult comparison = results.comparisons().get(c);
            for (int e = 0; e < comparison.entries().size(); e++) {
                ContenderResults entry = comparison.entries().get(e);
                JsonNode summary = tree.at("/comparisons/" + c + "/entries/" + e + "/summary");
                for (BenchMetric metric : BenchMetric.values()) {
                    assertThat(summary.has(metric.name())).isEqualTo(entry.spread(metric).isPresent());
                    entry.spread(metric).ifPresent(spread -> assertThat(summary.path(metric.name()).path("median")
                            .doubleValue()).isEqualTo(spread.median()));
                }
            }
        }
    }

    @Test
    void anEditedSummaryIsIgnored() throws IOException {
        ObjectNode tree = tree();
        ((ObjectNode) tree.at("/comparisons/0/entries/0/summary/P99")).put("median", 1);

        assertThat(BenchResultsJson.read(write(tree.toString()))).isEqualTo(SampleResults.rich());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "/settings/depth | 'incomplete or were changed'",
        "/environment | 'incomplete or were changed'",
        "/comparisons/0/entries/0/rounds | 'incomplete or were changed'",
        "/comparisons | 'does not hold results'",
        "/format | 'does not hold results'"})
    void anIncompleteFileIsRejected(String pointer, String reason) throws IOException {
        ObjectNode tree = tree();
        int slash = pointer.lastIndexOf('/');
        ((ObjectNode) tree.at(pointer.substring(0, slash))).remove(pointer.substring(slash + 1));

        refused(write(tree.toString()), reason);
    }

    @ParameterizedTest
    @CsvSource({"/environment", "/environment/processor", "/comparisons/0/entries/0/remarks", "/startedAt"})
    void anUnexpectedNullIsRejected(String pointer) throws IOException {
        ObjectNode tree = tree();
        int slash = pointer.lastIndexOf('/');
        ((ObjectNode) tree.at(pointer.substring(0, slash))).putNull(pointer.substring(slash + 1));

        refused(write(tree.toString()), "incomplete or were changed");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "''                                  | does not hold results",
        "[]                                  | does not hold results",
        "'{\"rows\": []}'                    | does not hold results",
        "'{\"format\": 2, \"comparisons\": ' | is not JSON (line 1)",
        "hello                               | is not JSON (line 1)",
        "'{\"format\": 3, \"comparisons\": []}' | update polyserve",
        "'{\"format\": 1, \"comparisons\": []}' | no longer reads"})
    void foreignOlderNewerAndBrokenFilesAreRejected(String content, String reason) throws IOException {
        refused(write(content), reason);
    }

    @Test
    void anUnknownMetricIsRejected() throws IOException {
        ObjectNode tree = tree();
        ((ObjectNode) tree.at("/comparisons/0/entries/0/rounds/0/metrics")).put("WARP", 9);

        refused(write(tree.toString()), "incomplete or were changed");
    }

    @Test
    void aFileThatCannotBeReadOrWrittenIsNamed() {
        refused(directory.resolve("absent.json"), "there is no file");
        refused(directory, "is a directory");
        assertThatThrownBy(
                () -> BenchResultsJson.write(BenchReport.of(SampleResults.rich()), directory.resolve("no/such.json")))
                .isInstanceOf(IOException.class).hasMessageContaining("such.json")
                .hasMessageContaining("create its dir");
        assertThatThrownBy(() -> BenchResultsJson.write(BenchReport.of(SampleResults.rich()), directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(directory.toString());
    }

    private void refused(Path file, String reason) {
        assertThatThrownBy(() -> BenchResultsJson.read(file)).isExactlyInstanceOf(IOException.class).message()
                .contains(reason).contains(file.toString()).doesNotContain("\n");
    }

    private static ObjectNode tree() {
        return (ObjectNode) JsonMapper.shared().readTree(BenchResultsJson.text(BenchReport.of(SampleResults.rich())));
    }

    private Path write(String content) throws IOException {
        return Files.writeString(directory.resolve("file.json"), content);
    }
}
