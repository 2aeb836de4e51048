package dev.polyserve.bench.report;

import dev.polyserve.bench.result.BenchEnvironment;
import dev.polyserve.bench.result.BenchResults;
import java.util.TreeMap;

/// The end of the page: the machine and settings of the benchmark, and how to read the figures.
final class MeasurementSection {
    private MeasurementSection() {}

    static void write(HtmlWriter html, BenchResults results) {
        html.in("section.circumstances", section -> {
            section.leaf("h2", "How it was measured", "id", "circumstances");
            section.in("dl", list -> facts(list, results));
            section.in("details", MeasurementSection::guide);
        }, "aria-labelledby", "circumstances");
    }

    private static void facts(HtmlWriter list, BenchResults results) {
        BenchEnvironment environment = results.environment();
        fact(list, "Machine", ReportFormat.machine(environment));
        fact(list, "Placement", environment.placement());
        fact(list, "Load", ReportFormat.load(results.settings()));
        fact(list, "Rounds", ReportFormat.rounds(results.settings()) + ", contenders interleaved");
        ReportFormat.work(results.settings()).ifPresent(work -> fact(list, "Work", ReportFormat.sentence(work)));
        fact(list, "Duration",
                ReportFormat.seconds(results.tookSeconds()) + (results.complete() ? "" : ", then interrupted"));
        new TreeMap<>(environment.versions()).forEach((what, version) -> fact(list, what, version));
        list.leaf("dt", "Repeat with").in("dd", command -> command.leaf("code", results.command()));
    }

    private static void fact(HtmlWriter list, String what, String value) {
        list.leaf("dt", what).leaf("dd", value);
    }

    private static void guide(HtmlWriter html) {
        html.leaf("summary", "How to read this");
        html.in("dl", list -> {
            fact(list, "Closed loop", "A client sends its next request when the previous one is answered: this shows "
                    + "capacity, but hides how long a user would have waited.");
            fact(list, "Fixed rate",
                    "Requests are due at fixed times, and latency counts from the time a request was due, "
                            + "not from the time it was sent: this shows how long a user waits.");
            fact(list, "Spread",
                    "How far the rounds deviate from their median. Each contender has one turn per round, so "
                            + "that ratios are taken round by round.");
            fact(list, "× best",
                    "The figure as a multiple of the best contender's. Differences below 5 %, or on which the "
                            + "rounds disagree, are not significant; ~ marks them.");
            fact(list, "Computing",
                    "A fixed amount, not a time: a chain of multiplications. Its length is calibrated once, before "
                            + "the contenders run, and its result is verified. CPU/request and CPU/heavy show its cost.");
            fact(list, "p99", "99 of 100 requests were answered within this time.");
            fact(list, "Points on bars", "One per round.");
            fact(list, "Generator", "The share of its processors that the load generator used. Where it was "
                    + "the limit (†), the contender could have done more.");
        });
    }
}
