package dev.polyserve.tls;

import dev.polyserve.ServerStats.HandshakeResult;
import dev.polyserve.TlsInfo;
import dev.polyserve.stats.HandshakeKind;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/// What an engine has negotiated. It keeps the session, which the engine keeps too.
///
/// **Thread**: any.
public final class NegotiatedTls implements TlsInfo {
    /// Two roundings of a time in milliseconds.
    private static final int ROUNDING_MILLIS = 2;

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

    /// How a handshake that has just succeeded ended. A session that is older than the handshake was resumed: the JDK tells it
    /// in no other way.
    ///
    /// @param nanos how long the handshake took
    static HandshakeKind kind(SSLSession session, long nanos) {
        long beganMillis = System.currentTimeMillis() - TimeUnit.NANOSECONDS.toMillis(nanos);
        boolean resumed = session.getCreationTime() < beganMillis - ROUNDING_MILLIS;
        return new HandshakeKind(HandshakeResult.SUCCEEDED, session.getProtocol(), resumed);
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
        return NamedKeyManager.serverName(session);
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
