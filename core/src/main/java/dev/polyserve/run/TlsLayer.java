package dev.polyserve.run;

import dev.polyserve.Endpoint;
import dev.polyserve.Tls;
import dev.polyserve.conversation.AddressPair;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.spi.Engine;
import dev.polyserve.spi.Execution;
import dev.polyserve.spi.ModelPlan;
import dev.polyserve.tls.RecordBuffers;
import dev.polyserve.tls.TlsEngines;
import dev.polyserve.tls.TlsSocket;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Puts TLS over the connections that come through `tls://` endpoints, in the process that serves them.
///
/// **Thread**: any.
final class TlsLayer {
    private final TlsEngines engines;
    private final boolean elsewhere;
    private final RecordBuffers buffers = new RecordBuffers();

    /// @param elsewhere whether other processes serve the connections
    private TlsLayer(TlsEngines engines, boolean elsewhere) {
        this.engines = engines;
        this.elsewhere = elsewhere;
    }

    /// The layer of a server; empty where it has no such endpoint. Where worker processes serve the connections, the
    /// supervisor checks the files only.
    ///
    /// @throws IOException with one sentence: which file cannot be used, and the remedy
    static Optional<TlsLayer> of(Engine.Setup setup, ServerContext context) throws IOException {
        Tls tls = setup.tls();
        List<String> hosts = setup.endpoints().stream()
                .flatMap(each -> each instanceof Endpoint.Tls at ? Stream.of(at.host()) : Stream.of()).toList();
        if (tls == null || hosts.isEmpty()) {
            return Optional.empty();
        }
        boolean supervises = ModelPlan.of(setup.model()).execution() instanceof Execution.Processes
                && !Runners.inWorker();
        TlsEngines engines = TlsEngines.of(tls, hosts,
                sentence -> context.log().log(System.Logger.Level.WARNING, () -> sentence, null));
        return Optional.of(new TlsLayer(engines, supervises));
    }

    /// The certificates and keys.
    TlsEngines engines() {
        return engines;
    }

    /// Whether a connection through this endpoint gets TLS here.
    boolean isFor(Endpoint endpoint) {
        return !elsewhere && endpoint instanceof Endpoint.Tls;
    }

    /// The connection with TLS.
    ///
    /// @param ends its addresses, which may not be those of the socket
    TlsSocket over(StreamSocket below, AddressPair ends) {
        return new TlsSocket(below, ends, engines::engine, buffers);
    }
}
