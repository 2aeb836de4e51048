package dev.polyserve.bench.report;

import dev.polyserve.bench.result.ComparisonResult;
import dev.polyserve.bench.result.BenchResults;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Results as one self-contained HTML file: it includes its style, its script, the chart library and the figures, and
/// its content security policy forbids the browser to load anything else.
///
/// **Thread**: any.
public final class HtmlReport {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{(\\w+)}}");
    private static final String UPLOT = "vendor/uplot-1.6.32/";

    private HtmlReport() {}

    /// Writes the page to a file, replacing its content.
    ///
    /// @throws IOException with one sentence, when the file cannot be written
    public static void write(BenchReport report, Path file) throws IOException {
        ReportFile.write(file, page(report));
    }

    /// The page as text.
    public static String page(BenchReport report) {
        BenchResults results = report.results();
        ChartData charts = new ChartData(results);
        HtmlWriter body = new HtmlWriter();
        new OverviewSection(report).write(body);
        comparisons(body, results, report.baseline(), charts);
        MeasurementSection.write(body, results);
        String library = "/*\n" + resource(UPLOT + "LICENSE") + "\n*/\n" + resource(UPLOT + "uPlot.iife.min.js");
        String script = resource("report.js");
        Map<String, String> parts = new HashMap<>();
        parts.put("title", HtmlWriter.escaped("polyserve bench: " + OverviewSection.title(results)));
        parts.put("policy", "'sha256-" + sha256(library) + "' 'sha256-" + sha256(script) + "'");
        parts.put("style", resource(UPLOT + "uPlot.min.css") + resource("base/base.css") + resource("report.css"));
        parts.put("body", body.toString());
        parts.put("results", data(BenchResultsJson.tree(report).toString()));
        parts.put("charts", data(charts.json().toString()));
        parts.put("library", library);
        parts.put("script", script);
        return filled(resource("report.html"), parts);
    }

    private static void comparisons(HtmlWriter html, BenchResults results, Optional<BaselineComparison> baseline,
            ChartData charts) {
        List<ComparisonResult> all = results.comparisons();
        for (String workload : all.stream().map(ComparisonResult::workload).distinct().toList()) {
            html.in("section.workload", section -> {
                section.leaf("h2", workload);
                ReportFormat.labWorkload(workload).ifPresent(shown -> section.in("p.caveat", p -> p
                        .text("To watch models under such a load, start ").leaf("code", "polyserve lab")
                        .text(" and take the workload ").leaf("code", shown).text(".")));
                for (int number = 0; number < all.size(); number++) {
                    ComparisonResult comparison = all.get(number);
                    if (comparison.workload().equals(workload)) {
                        new ComparisonSection(comparison, charts,
                                baseline.map(BaselineComparison::changes).orElse(List.of())
                                        .stream().filter(change -> change.comparison().equals(comparison)).toList(),
                                number)
                                .write(section);
                    }
                }
            });
        }
    }

    /// Escapes JSON for a script element: no text in it can end the element or start a comment.
    private static String data(String json) {
        return json.replace("<", "\\u003c");
    }

    /// Fills the placeholders in one pass, so that a filled-in text is never taken for a placeholder.
    private static String filled(String template, Map<String, String> parts) {
        return PLACEHOLDER.matcher(template).replaceAll(placeholder -> Matcher.quoteReplacement(
                Optional.ofNullable(parts.get(placeholder.group(1))).orElseThrow()));
    }

    private static String sha256(String text) {
        try {
            return Base64.getEncoder().encodeToString(
                    MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform provides SHA-256", e);
        }
    }

    private static String resource(String name) {
        try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(
                        "the resource " + name + " is missing from the program: build it again");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the resource " + name + " cannot be read", e);
        }
    }
}
