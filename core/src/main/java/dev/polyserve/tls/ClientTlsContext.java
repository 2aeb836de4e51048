package dev.polyserve.tls;

import dev.polyserve.Tls;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// What a client trusts, and how it proves its own identity.
///
/// **Thread**: any.
///
/// @param authorities the PEM file of the authorities to trust; empty: those of the JDK
/// @param trustsAll whether every certificate is accepted, unchecked
/// @param certificate the client's own certificate and key
/// @param password of the key, or of a PKCS#12 file
public record ClientTlsContext(Optional<Path> authorities, boolean trustsAll,
        Optional<Tls.CertificateFiles> certificate, Optional<String> password) {
    /// With a key that has no password.
    public ClientTlsContext(Optional<Path> authorities, boolean trustsAll,
            Optional<Tls.CertificateFiles> certificate) {
        this(authorities, trustsAll, certificate, Optional.empty());
    }

    /// Reads the files.
    ///
    /// @param warnings receives one sentence for each thing to mend
    /// @throws TlsFileException with one sentence: what cannot be used, and the remedy
    public SSLContext create(Consumer<String> warnings) throws TlsFileException {
        KeyManager @Nullable [] keys = null;
        if (certificate.isPresent()) {
            var reader = new CertificateReader(password, warnings);
            keys = new KeyManager[]{new SniKeyManager(List.of(reader.read(certificate.get(), Instant.now())))};
        }
        TrustManager @Nullable [] trusted = authorities.isPresent() ? TrustManagerReader.in(authorities.get()) : null;
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, trustsAll ? new TrustManager[]{new TrustAll()} : trusted, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has TLS", e);
        }
    }

    /// Accepts every certificate, for whatever name.
    static final class TrustAll extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
