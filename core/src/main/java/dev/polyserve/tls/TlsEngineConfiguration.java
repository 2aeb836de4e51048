package dev.polyserve.tls;

import dev.polyserve.Tls;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;

/// One whole configuration, ready to make engines: never changed, but replaced.
///
/// **Thread**: any.
final class TlsEngineConfiguration {
    private final SSLContext context;
    private final SSLParameters parameters;
    private final List<CertificateWithKey> identities;

    private TlsEngineConfiguration(SSLContext context, SSLParameters parameters, List<CertificateWithKey> identities) {
        this.context = context;
        this.parameters = parameters;
        this.identities = identities;
    }

    /// Reads all files.
    ///
    /// @param hosts the names for a self-signed certificate
    /// @param reader reads the certificates and keys
    static TlsEngineConfiguration of(Tls tls, Collection<String> hosts, CertificateReader reader)
            throws TlsFileException {
        var identities = new ArrayList<CertificateWithKey>();
        if (tls.isSelfSigned()) {
            identities.add(SelfSignedCertificate.naming(hosts));
        }
        for (Tls.CertificateFiles files : tls.certificates()) {
            identities.add(reader.read(files, Instant.now()));
        }
        SSLContext context = tls.context().isPresent() ? tls.context().get() : context(tls, identities);
        return new TlsEngineConfiguration(context, parameters(tls, context), List.copyOf(identities));
    }

    private static SSLContext context(Tls tls, List<CertificateWithKey> identities) throws TlsFileException {
        // Without authorities no client certificate is asked for, so none has to be trusted.
        TrustManager[] trusted = tls.clientAuthorities().isPresent()
                ? TrustManagerReader.in(tls.clientAuthorities().get())
                : new TrustManager[0];
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[]{new SniKeyManager(identities)}, trusted, new SecureRandom());
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has TLS", e);
        }
    }

    /// What differs from the defaults of the context, and no more: each engine keeps its own copy of it, but shares the
    /// defaults with all others.
    private static SSLParameters parameters(Tls tls, SSLContext context) {
        boolean given = tls.context().isPresent();
        SSLParameters parameters = given ? context.getDefaultSSLParameters() : new SSLParameters();
        List<String> versions = tls.minimumVersion().equals("1.3") ? List.of("TLSv1.3") : List.of("TLSv1.3", "TLSv1.2");
        if (given || !versions.equals(usualVersions(context))) {
            parameters.setProtocols(versions.toArray(String[]::new));
        }
        if (!given) {
            parameters.setCipherSuites(suites(context));
        }
        parameters.setUseCipherSuitesOrder(true);
        parameters.setApplicationProtocols(tls.alpn().toArray(String[]::new));
        if (tls.clientAuthorities().isPresent()) {
            if (tls.requiresClientCertificate()) {
                parameters.setNeedClientAuth(true);
            } else {
                parameters.setWantClientAuth(true);
            }
        }
        return parameters;
    }

    /// The versions of an engine for which nothing is set.
    private static List<String> usualVersions(SSLContext context) {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        return List.of(engine.getEnabledProtocols());
    }

    /// The cipher suites in the order of preference: those with AES-128 first, which take less time and less memory than
    /// those with AES-256.
    private static String[] suites(SSLContext context) {
        return Stream.of(context.getSupportedSSLParameters().getCipherSuites())
                .filter(TlsEngineConfiguration::isCurrent)
                .sorted(Comparator.comparing(suite -> !suite.contains("_AES_128_"))).toArray(String[]::new);
    }

    /// Whether a cipher suite has forward secrecy and authenticates with the encryption (RFC 9325, section 4.2): those of
    /// TLS 1.3, and of TLS 1.2 those with ECDHE and GCM or ChaCha20.
    private static boolean isCurrent(String suite) {
        boolean authenticated = suite.contains("_GCM_") || suite.contains("_CHACHA20_POLY1305_");
        return authenticated && (suite.startsWith("TLS_ECDHE_") || !suite.contains("_WITH_"));
    }

    /// A new engine for a connection that was accepted.
    SSLEngine engine() {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        engine.setSSLParameters(parameters);
        return engine;
    }

    List<CertificateWithKey> identities() {
        return identities;
    }
}
