package dev.polyserve.cli.proxy;

import java.util.List;
import java.util.function.LongSupplier;

/// The upstreams of a proxy while it serves: the current table, and the checks of its upstreams.
///
/// ```
///   created ─▶ start (where clients are served) ─▶ checks ─▶ close
///                                                  │    ▲
///                                                  └apply┘
/// ```
///
/// **Thread**: [#table] and [#status] any; the other methods one at a time.
public final class Upstreams implements AutoCloseable {
    private final LongSupplier clockNanos;
    private volatile UpstreamTable table;
    private volatile boolean started;
    private volatile UpstreamHealthChecker checks = UpstreamHealthChecker.of(List.of(), ReverseProxyOptions.NONE);

    /// Those of the configuration, or none.
    public Upstreams(ReverseProxyOptions options) {
        this(options, System::nanoTime);
    }

    Upstreams(ReverseProxyOptions options, LongSupplier clockNanos) {
        this.clockNanos = clockNanos;
        this.table = UpstreamTable.of(options, null, clockNanos);
    }

    UpstreamTable table() {
        return table;
    }

    /// Begins the checks, in a process that serves clients.
    void start() {
        started = true;
        check(table);
    }

    /// Applies a changed configuration to clients that come from now on. Connections stay, and upstreams that stay keep their health and
    /// their figures.
    public void apply(ReverseProxyOptions changed) {
        UpstreamTable next = UpstreamTable.of(changed, table, clockNanos);
        table = next;
        if (started) {
            check(next);
        }
    }

    private void check(UpstreamTable which) {
        checks.close();
        checks = UpstreamHealthChecker.of(which.servers(), which.options());
    }

    /// The upstreams now, in the order of the configuration; none where worker processes serve.
    public List<UpstreamStatus> status() {
        return started ? table.servers().stream().map(UpstreamServer::status).toList() : List.of();
    }

    /// Ends the checks.
    @Override
    public void close() {
        checks.close();
    }
}
