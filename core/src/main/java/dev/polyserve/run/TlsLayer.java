package dev.polyserve.run;

import dev.polyserve.Endpoint;
import dev.polyserve.Tls;
import dev.polyserve.conversation.AddressPair;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.spi.ServerProvider;
import dev.polyserve.spi.HandlerExecutionStrategy;
import dev.polyserve.spi.ModelDefinition;
import dev.polyserve.tls.TlsRecordBuffers;
import dev.polyserve.tls.TlsEngines;
import dev.polyserve.tls.TlsSocket;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;

/// Puts TLS over the connections that come through `tls://` endpoints, in the process that serves them.
///
/// **Thread**: any.
final class TlsLayer {
    /// How often the files of certificates are looked at.
    private static final Duration LOOK = Duration.ofSeconds(5);

    private final TlsEngines engines;
    /// One object, because each connection keeps it.
    private final Supplier<SSLEngine> newEngine;
    private final ServerContext context;
    private final TlsEngines.Role role;
    private final TlsRecordBuffers buffers;
    private final boolean starts;

    /// @param starts whether handlers may begin TLS on a plain connection
    private TlsLayer(TlsEngines engines, ServerContext context, TlsEngines.Role role, boolean starts) {
        this.engines = engines;
        this.newEngine = engines::engine;
        this.context = context;
        this.role = role;
        this.buffers = new TlsRecordBuffers(context.budget());
        this.starts = starts;
    }

    /// The layer of a server; empty where it has no such endpoint, and no handlers that can begin TLS.
    ///
    /// @throws IOException with one sentence: which file cannot be used, and the remedy
    static Optional<TlsLayer> of(ServerProvider.Setup setup, ServerContext context) throws IOException {
        Tls tls = setup.tls();
        boolean starts = setup.streams() instanceof ServerProvider.Sequential;
        if (tls == null || !(starts || setup.endpoints().stream().anyMatch(Endpoint.Tls.class::isInstance))) {
            return Optional.empty();
        }
        List<String> hosts = setup.endpoints().stream().flatMap(each -> switch (each) {
            case Endpoint.Tls at -> Stream.of(at.host());
            case Endpoint.Tcp at -> Stream.of(at.host());
            case Endpoint.Udp _, Endpoint.Unix _, Endpoint.UnixDatagram _, Endpoint.Inherited _ -> Stream.of();
        }).toList();
        TlsEngines.Role role = role(setup);
        TlsEngines engines = TlsEngines.of(tls, hosts, role, sentence -> context.log().warn(sentence, null),
                other -> context.remoteCertificates().refuse(other));
        return Optional.of(new TlsLayer(engines, context, role, starts));
    }

    private static TlsEngines.Role role(ServerProvider.Setup setup) {
        if (!(ModelDefinition.of(setup.model()).execution() instanceof HandlerExecutionStrategy.Processes)) {
            return TlsEngines.Role.SERVER;
        }
        return Runners.inWorker() ? TlsEngines.Role.WORKER : TlsEngines.Role.SUPERVISOR;
    }

    /// Whether a connection through this endpoint gets TLS here.
    boolean isFor(Endpoint endpoint) {
        return role != TlsEngines.Role.SUPERVISOR && endpoint instanceof Endpoint.Tls;
    }

    /// Whether a handler may begin TLS on a connection through this endpoint.
    boolean mayStart(Endpoint endpoint) {
        return starts && role != TlsEngines.Role.SUPERVISOR && !(endpoint instanceof Endpoint.Tls);
    }

    /// Looks at the files from time to time, and takes other certificates when they have changed. Empty in a worker
    /// process, whose supervisor tells it.
    Optional<ServerProvider.Periodic> refresh() {
        return role == TlsEngines.Role.WORKER ? Optional.empty() : Optional.of(new ServerProvider.Periodic(LOOK, () -> {
            if (engines.refresh()) {
                context.log().log(System.Logger.Level.INFO, () -> "the certificates were read again, because their"
                        + " files have changed" + engines.expires().map(when -> "; they expire at " + when).orElse(""),
                        null);
            }
        }));
    }

    /// Takes other certificates.
    ///
    /// @throws IOException with one sentence, when they cannot be used
    void replace(Tls identity) throws IOException {
        engines.replace(identity);
    }

    /// When the first certificate expires.
    Optional<Instant> expires() {
        return engines.expires();
    }

    /// The connection with TLS.
    ///
    /// @param ends its addresses, which may not be those of the socket
    TlsSocket over(StreamSocket below, AddressPair ends) {
        return new TlsSocket(below, ends, newEngine, buffers);
    }
}
