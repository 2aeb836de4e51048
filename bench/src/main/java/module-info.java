/// The load generator: loads servers, measures what they cost, and reports the results.
@SuppressWarnings({"requires-automatic", "module"}) // the lab is compiled after this one
module dev.polyserve.bench {
    requires transitive dev.polyserve.core;
    requires tools.jackson.databind;
    requires HdrHistogram;
    requires jdk.management;
    requires static transitive org.jspecify;

    exports dev.polyserve.bench;
    exports dev.polyserve.bench.contender;
    exports dev.polyserve.bench.result;
    // Not a part of the interface.
    exports dev.polyserve.bench.process to dev.polyserve.lab;
    exports dev.polyserve.bench.report;
    // Handlers that the contender's own process loads by name.
    exports dev.polyserve.bench.service;

    opens dev.polyserve.bench.result to tools.jackson.databind;
}
