package dev.polyserve.cli.proxy;

import dev.polyserve.Client;
import dev.polyserve.Connection;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/// Connects to each upstream now and then, with TLS if it has that, and closes the connection, each in a virtual thread of its own.
///
/// **Thread**: any.
final class UpstreamHealthChecker implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(UpstreamHealthChecker.class.getName());

    private static final WarningLimit UNCHECKED = new WarningLimit(System::nanoTime);

    private final List<Thread> threads;

    private UpstreamHealthChecker(List<Thread> threads) {
        this.threads = threads;
    }

    /// Begins with a check of each, if the options ask for checks.
    static UpstreamHealthChecker of(Collection<UpstreamServer> upstreams, ReverseProxyOptions options) {
        if (!options.health().isActive()) {
            return new UpstreamHealthChecker(List.of());
        }
        List<Thread> threads = upstreams.stream().map(upstream -> Thread.ofVirtual()
                .name("polyserve-health " + upstream.endpoint()).unstarted(() -> run(upstream, options))).toList();
        threads.forEach(Thread::start);
        return new UpstreamHealthChecker(threads);
    }

    private static void run(UpstreamServer upstream, ReverseProxyOptions options) {
        Duration atMost = options.connectTimeout();
        Client client = upstream.client()
                .withOptions(o -> o.withTimeouts(t -> t.withConnect(atMost).withTlsHandshake(options.helloTimeout())));
        try {
            while (true) {
                checkOrLog(upstream, client);
                Thread.sleep(options.health().interval());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the checks were closed
        }
    }

    /// A defect or a lack of memory ends one check, and not those to come.
    private static void checkOrLog(UpstreamServer upstream, Client client) {
        try {
            check(upstream, client);
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.WARNING, "a check of the upstream " + upstream.endpoint()
                    + " has failed, and the next one follows: " + e, e);
        }
    }

    private static void check(UpstreamServer upstream, Client client) {
        try (Connection _ = client.connect()) {
            upstream.succeeded();
        } catch (ConnectException e) {
            if (!Thread.currentThread().isInterrupted()) {
                failed(upstream, UpstreamException.of(upstream.endpoint(), e));
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a check of the upstream " + upstream.endpoint() + " has ended: "
                    + e.getMessage(), e);
        }
    }

    private static void failed(UpstreamServer upstream, UpstreamException why) {
        upstream.failed(why);
        String line = why.isOfUpstream()
                ? null
                : UNCHECKED.admit("an upstream cannot be checked: " + why.getMessage());
        if (line != null) {
            LOG.log(System.Logger.Level.WARNING, line, why);
        }
    }

    /// Ends the checks; one that is under way counts no more.
    @Override
    public void close() {
        threads.forEach(Thread::interrupt);
    }
}
