package dev.polyserve.bench.report;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import dev.polyserve.bench.result.ComparisonResult;
import dev.polyserve.bench.result.ContenderResults;
import dev.polyserve.bench.result.BenchMetric;
import dev.polyserve.bench.result.BenchResults;
import dev.polyserve.file.SmallFileReader;
import dev.polyserve.file.IrregularOrOversizedFileException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Reads and writes results as JSON: all figures in a stable order, and for readers that do not want to compute it, a
/// `summary` of each entry (minimum, median and maximum of each metric) and the `recommendation`, if one was asked for.
///
/// **Thread**: any.
public final class BenchResultsJson {
    private static final int MOST_BYTES = 64 << 20;
    // Written for other programs, ignored when read: the rounds are authoritative.
    private static final String SUMMARY = "summary";
    private static final String RECOMMENDATION = "recommendation";
    private static final String NEW_ONE = "write a new one with 'polyserve bench --json FILE'";

    /// Rejects nulls, so that a hand-made or edited file cannot put one into a record that has none.
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .changeDefaultNullHandling(nulls -> nulls.withValueNulls(Nulls.FAIL, Nulls.FAIL))
            .addMixIn(ContenderResults.class, EntryForm.class)
            .build();

    private BenchResultsJson() {}

    /// The only component that may be null.
    private abstract static class EntryForm {
        @JsonSetter(nulls = Nulls.SET)
        abstract @Nullable String failure();
    }

    /// The results and the recommendation as indented JSON with a final line break.
    public static String text(BenchReport report) {
        DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
        return MAPPER.writer().with(new DefaultPrettyPrinter().withObjectIndenter(indenter))
                .writeValueAsString(tree(report))
                + "\n";
    }

    /// Writes the results and the recommendation to a file, replacing its content.
    ///
    /// @throws IOException with one sentence, when the file cannot be written
    public static void write(BenchReport report, Path file) throws IOException {
        ReportFile.write(file, text(report));
    }

    /// Reads the results from a file.
    ///
    /// @throws IOException with one sentence: what is wrong with the file, and what to do
    public static BenchResults read(Path file) throws IOException {
        try {
            return results(file, MAPPER.readTree(content(file)));
        } catch (DatabindException e) {
            throw new IOException("the results in " + file + " are incomplete or were changed ("
                    + e.getOriginalMessage().lines().findFirst().orElse("no reason given") + "): " + NEW_ONE, e);
        } catch (JacksonException e) {
            throw new IOException(file + " is not JSON (line " + e.getLocation().getLineNr() + "): " + NEW_ONE, e);
        }
    }

    /// The results with what is computed from them: the content of the file and of the page.
    static ObjectNode tree(BenchReport report) {
        BenchResults results = report.results();
        ObjectNode tree = MAPPER.valueToTree(results);
        report.recommendation().ifPresent(taken -> tree.set(RECOMMENDATION, MAPPER.valueToTree(taken)));
        for (int c = 0; c < results.comparisons().size(); c++) {
            ComparisonResult comparison = results.comparisons().get(c);
            for (int e = 0; e < comparison.entries().size(); e++) {
                ObjectNode entry = (ObjectNode) tree.path("comparisons").path(c).path("entries").path(e);
                entry.set(SUMMARY, summary(comparison.entries().get(e)));
            }
        }
        return tree;
    }

    private static ObjectNode summary(ContenderResults entry) {
        ObjectNode summary = MAPPER.createObjectNode();
        for (BenchMetric metric : BenchMetric.values()) {
            entry.spread(metric).ifPresent(spread -> summary.set(metric.name(), MAPPER.valueToTree(spread)));
        }
        return summary;
    }

    private static String content(Path file) throws IOException {
        try {
            return SmallFileReader.text(file, MOST_BYTES);
        } catch (NoSuchFileException e) {
            throw new IOException("there is no file " + file + ": name one that 'polyserve bench --json' wrote", e);
        } catch (AccessDeniedException e) {
            throw new IOException(
                    file + " cannot be read: permission denied; change its permissions or name another file", e);
        } catch (IrregularOrOversizedFileException e) {
            throw new IOException(file + " " + e.why(), e);
        } catch (IOException e) {
            throw new IOException(file + " cannot be read (" + e.getMessage() + "): " + NEW_ONE, e);
        }
    }

    private static BenchResults results(Path file, JsonNode tree) throws IOException {
        JsonNode format = tree.path("format");
        if (!format.isInt() || !tree.path("comparisons").isArray()) {
            throw new IOException(file + " does not hold results of 'polyserve bench': " + NEW_ONE);
        }
        if (format.intValue() > BenchResults.FORMAT) {
            throw new IOException(
                    file + " has format " + format + ", written by a newer polyserve; this one knows up to "
                            + "format " + BenchResults.FORMAT + ": update polyserve, or " + NEW_ONE);
        }
        if (format.intValue() < BenchResults.FORMAT) {
            throw new IOException(
                    file + " has format " + format + ", which this polyserve no longer reads: " + NEW_ONE);
        }
        ((ObjectNode) tree).remove(RECOMMENDATION);
        tree.path("comparisons").forEach(comparison -> comparison.path("entries").forEach(entry -> {
            if (entry instanceof ObjectNode object) {
                object.remove(SUMMARY);
            }
        }));
        return MAPPER.treeToValue(tree, BenchResults.class);
    }
}
