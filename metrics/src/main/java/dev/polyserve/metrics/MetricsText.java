package dev.polyserve.metrics;

import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The metrics of a server, of its process and of its JVM in a text format that Prometheus scrapes.
///
/// **Thread**: any.
public final class MetricsText {
    private static final String OPEN_FILES = "process_open_fds";
    private static final Path OPEN_FILES_OF_PROCESS = Path.of("/proc/self/fd");

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
        writer(accept).write(out, snapshots());
    }

    /// The number of open files comes from the size of their directory, where the system tells it (Linux 6.2, proc(5)): the JDK reads the
    /// directory, which takes longer than all else with 20,000 connections.
    private MetricSnapshots snapshots() throws IOException {
        long open = Files.exists(OPEN_FILES_OF_PROCESS) ? Files.size(OPEN_FILES_OF_PROCESS) : 0;
        if (open <= 0) {
            return registry.scrape();
        }
        List<MetricSnapshot> families = new ArrayList<>();
        registry.scrape(name -> !name.equals(OPEN_FILES)).forEach(families::add);
        families.add(GaugeSnapshot.builder().name(OPEN_FILES).help("Number of open file descriptors.")
                .dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder().value(open).build()).build());
        return new MetricSnapshots(families);
    }

    /// OpenMetrics if it is asked for; else the text format, also for the binary format, which needs another library.
    private ExpositionFormatWriter writer(@Nullable String accept) {
        ExpositionFormatWriter text = formats.getOpenMetricsTextFormatWriter();
        return text.accepts(accept) ? text : formats.getPrometheusTextFormatWriter();
    }
}
