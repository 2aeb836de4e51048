package dev.polyserve.tls;

import dev.polyserve.TlsInfo;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/// What a TLS handshake has negotiated, as its engine reports it. It keeps the session, which the engine keeps too.
///
/// **Thread**: any.
public final class NegotiatedTls implements TlsInfo {
    private final SSLSession session;
    private final @Nullable String applicationProtocol;

    private NegotiatedTls(SSLSession session, @Nullable String applicationProtocol) {
        this.session = session;
        this.applicationProtocol = applicationProtocol;
    }

    /// What this engine has negotiated; its handshake is complete. **Thread**: the engine's.
    public static TlsInfo of(SSLEngine engine) {
        String agreed = engine.getApplicationProtocol();
        return new NegotiatedTls(engine.getSession(), agreed == null || agreed.isEmpty() ? null : agreed);
    }

    @Override
    public String protocol() {
        return session.getProtocol();
    }

    @Override
    public String cipherSuite() {
        return session.getCipherSuite();
    }

    @Override
    public Optional<String> serverName() {
        return SniKeyManager.serverName(session);
    }

    @Override
    public Optional<String> applicationProtocol() {
        return Optional.ofNullable(applicationProtocol);
    }

    @Override
    public List<X509Certificate> peerCertificates() {
        try {
            return Stream.of(session.getPeerCertificates()).map(X509Certificate.class::cast).toList();
        } catch (SSLPeerUnverifiedException e) {
            // The peer has sent none.
            return List.of();
        }
    }

    @Override
    public String toString() {
        return protocol() + " " + cipherSuite() + serverName().map(name -> " sni " + name).orElse("")
                + applicationProtocol().map(name -> " alpn " + name).orElse("");
    }
}
