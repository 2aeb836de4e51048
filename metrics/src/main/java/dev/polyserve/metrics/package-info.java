/// The figures of a server ([dev.polyserve.Server#stats]) as metrics: [dev.polyserve.metrics.ServerMetrics] for
/// Prometheus's Java client, [dev.polyserve.metrics.ServerMeterBinder] for Micrometer.
///
/// **Threads**: everything here may be used from any thread; a scrape reads counters and takes no lock of a connection.
///
/// **Depends on** the public interface of the library.
@NullMarked
package dev.polyserve.metrics;

import org.jspecify.annotations.NullMarked;
