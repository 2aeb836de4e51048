/// The figures of a server, as metrics of Prometheus's Java client and of Micrometer.
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"}) module dev.polyserve.metrics {
    requires transitive dev.polyserve.core;
    requires transitive io.prometheus.metrics.model;
    requires io.prometheus.metrics.config;
    requires io.prometheus.metrics.core;
    requires io.prometheus.metrics.instrumentation.jvm;
    requires io.prometheus.writer.text;
    requires static micrometer.core;
    requires static transitive org.jspecify;

    exports dev.polyserve.metrics;
}
