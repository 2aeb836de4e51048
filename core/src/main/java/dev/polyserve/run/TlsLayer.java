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
    private final RecordBuffers buffers = new RecordBuffers();

    private TlsLayer(TlsEngines engines) {
        this.engines = engines;
    }

    /// The layer of a server; empty where it has no such endpoint, or other processes serve its connections.
    ///
    /// @throws IOException with one sentence: which file cannot be used, and the remedy; also where it is checked only
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
        return supervises ? Optional.empty() : Optional.of(new TlsLayer(engines));
    }

    /// The connection with TLS.
    ///
    /// @param ends its addresses, which may not be those of the socket
    TlsSocket over(StreamSocket below, AddressPair ends) {
        return new TlsSocket(below, ends, engines::engine, buffers);
    }
}
