package dev.polyserve.bench.report;

import dev.polyserve.bench.result.Environment;
import dev.polyserve.bench.result.Results;
import java.util.TreeMap;

/// The end of the page: where and how it was measured, and how to read it.
final class Circumstances {
    private Circumstances() {}

    static void write(Html html, Results results) {
        html.in("section.circumstances", section -> {
            section.leaf("h2", "How it was measured", "id", "circumstances");
            section.in("dl", list -> facts(list, results));
            section.in("details", Circumstances::guide);
        }, "aria-labelledby", "circumstances");
    }

    private static void facts(Html list, Results results) {
        Environment environment = results.environment();
        fact(list, "Machine", Phrases.machine(environment));
        fact(list, "Placement", environment.placement());
        fact(list, "Load", Phrases.load(results.settings()));
        fact(list, "Rounds", Phrases.rounds(results.settings()) + ", contenders in turn");
        Phrases.work(results.settings()).ifPresent(work -> fact(list, "Work", Phrases.sentence(work)));
        fact(list, "Took", Phrases.seconds(results.tookSeconds()) + (results.complete() ? "" : ", then interrupted"));
        new TreeMap<>(environment.versions()).forEach((what, version) -> fact(list, what, version));
        list.leaf("dt", "Again").in("dd", again -> again.leaf("code", results.command()));
    }

    private static void fact(Html list, String what, String value) {
        list.leaf("dt", what).leaf("dd", value);
    }

    private static void guide(Html html) {
        html.leaf("summary", "How to read this");
        html.in("dl", list -> {
            fact(list, "Closed loop", "A client sends its next request when the last one was answered: this shows "
                    + "capacity, and hides how long a user would have waited.");
            fact(list, "Fixed rate", "Requests are due at fixed times, and latency counts from when a request was due, "
                    + "not from when it could be sent: this shows what a user waits.");
            fact(list, "Spread", "How far the rounds lie from their median. Each contender had one turn per round, so "
                    + "that ratios are taken round by round.");
            fact(list, "× best", "The figure in terms of the best contender's. Differences below 5 %, or on which the "
                    + "rounds disagree, are not claimed; ~ marks them.");
            fact(list, "Computing",
                    "An amount, not a time: a chain of multiplications whose length was measured once, before "
                            + "the contenders, and whose result is checked. CPU/request and CPU/heavy say what it cost.");
            fact(list, "p99", "99 of 100 requests were answered within this time.");
            fact(list, "Points on bars", "One for each round.");
            fact(list, "Generator", "The share of its processors that the program that makes the load used. Where it "
                    + "was the limit (†), the contender could have done more.");
        });
    }
}
