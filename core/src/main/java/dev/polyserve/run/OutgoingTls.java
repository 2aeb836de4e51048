package dev.polyserve.run;

import dev.polyserve.Client;
import dev.polyserve.Endpoint;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.io.ConnectableSocket;
import dev.polyserve.tls.ClientTlsEngines;
import dev.polyserve.tls.RefusedHandshakeException;
import dev.polyserve.tls.TlsFileException;
import dev.polyserve.tls.TlsRecordBuffers;
import dev.polyserve.tls.TlsSocket;
import java.io.IOException;
import javax.net.ssl.SSLEngine;

/// Puts TLS over the outgoing connections to one server.
///
/// **Thread**: any.
///
/// @param engines makes the engines
/// @param host the endpoint's host
/// @param port its port
/// @param name the name that the certificate must have
record OutgoingTls(ClientTlsEngines engines, String host, int port, String name) {
    /// Reads the files of the client.
    ///
    /// @throws TlsFileException with one sentence: what cannot be used, and the remedy
    static OutgoingTls of(Client to, Endpoint.Tls endpoint, ServerContext context) throws TlsFileException {
        String host = OutgoingAddressResolver.host(endpoint.tcp());
        return new OutgoingTls(ClientTlsEngines.of(to.tls(), sentence -> context.log().warn(sentence, null)), host,
                endpoint.port(), to.tls().serverName().orElse(host));
    }

    /// The socket with TLS.
    TlsSocket over(ConnectableSocket below, TlsRecordBuffers records) {
        return new TlsSocket(below.socket(), below.socket().control().ends(), this::engine, records);
    }

    private SSLEngine engine() {
        return engines.engine(host, port);
    }

    /// Why the handshake has failed.
    ///
    /// @param why what it has thrown
    /// @param cause the cause of the exception
    RefusedHandshakeException refusal(IOException why, IOException cause) {
        return RefusedHandshakeException.of(why, name, cause);
    }
}
