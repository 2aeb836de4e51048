package dev.polyserve.metrics;

import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/// The metrics of a server, of its process and of its JVM in a text format that Prometheus scrapes.
///
/// **Thread**: any.
public final class MetricsText {
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final ExpositionFormats formats = ExpositionFormats.init();

    /// Creates the text of these metrics.
    public MetricsText(ServerMetrics server) {
        registry.register(server);
        JvmMetrics.builder().register(registry);
    }

    /// The media type of [#write].
    ///
    /// @param accept the `Accept` header of the request; null: none
    public String contentType(@Nullable String accept) {
        return writer(accept).getContentType();
    }

    /// Reads all figures and writes them.
    ///
    /// @param accept the `Accept` header of the request; null: none
    public void write(@Nullable String accept, OutputStream out) throws IOException {
        writer(accept).write(out, registry.scrape());
    }

    /// OpenMetrics if it is asked for; else the text format, also for the binary format, which needs another library.
    private ExpositionFormatWriter writer(@Nullable String accept) {
        ExpositionFormatWriter text = formats.getOpenMetricsTextFormatWriter();
        return text.accepts(accept) ? text : formats.getPrometheusTextFormatWriter();
    }
}
