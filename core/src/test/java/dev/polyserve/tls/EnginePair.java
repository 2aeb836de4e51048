package dev.polyserve.tls;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/// A client's and a server's engine, connected in memory.
///
/// @param client the client's engine
/// @param server the server's engine
record EnginePair(SSLEngine client, SSLEngine server) {
    private static final int MOST_STEPS = 200;

    /// A client that trusts every certificate, so that a test can look at the one it got.
    static SSLEngine client(String serverName) throws GeneralSecurityException {
        return client(serverName, new KeyManager[0]);
    }

    static SSLEngine client(String serverName, KeyManager[] keys) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, new TrustManager[]{new ClientTlsContext.TrustAll()}, null);
        return named(context.createSSLEngine("peer", 1), serverName);
    }

    /// A client that trusts the certificates in this file only.
    static SSLEngine clientTrusting(Path authorities, String serverName) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (var in = Files.newInputStream(authorities)) {
            store.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trusted.getTrustManagers(), null);
        SSLEngine engine = named(context.createSSLEngine(serverName, 1), serverName);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(parameters);
        return engine;
    }

    private static SSLEngine named(SSLEngine engine, String serverName) {
        engine.setUseClientMode(true);
        if (!serverName.isEmpty()) {
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(serverName)));
            engine.setSSLParameters(parameters);
        }
        return engine;
    }

    /// Completes the handshake on both sides.
    ///
    /// @throws SSLException what one of them reports
    EnginePair handshake() throws SSLException {
        ByteBuffer toServer = ByteBuffer.allocate(1 << 16);
        ByteBuffer toClient = ByteBuffer.allocate(1 << 16);
        for (int i = 0; i < MOST_STEPS && !(done(client) && done(server)); i++) {
            step(client, toClient, toServer);
            step(server, toServer, toClient);
        }
        if (!done(client) || !done(server)) {
            throw new SSLException("the handshake does not end");
        }
        return this;
    }

    private static boolean done(SSLEngine engine) {
        return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING
                && !engine.getSession().getProtocol().equals("NONE");
    }

    private static void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
        ByteBuffer plain = ByteBuffer.allocate(1 << 16);
        if (engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING && !done(engine)) {
            engine.beginHandshake();
        }
        for (Runnable task; (task = engine.getDelegatedTask()) != null;) {
            task.run();
        }
        if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
            engine.wrap(ByteBuffer.allocate(0), out);
        } else {
            in.flip();
            engine.unwrap(in, plain);
            in.compact();
        }
    }
}
