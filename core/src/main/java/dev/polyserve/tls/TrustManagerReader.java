package dev.polyserve.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/// Reads a PEM file of certificate authorities, to trust the certificates that they have signed.
///
/// **Thread**: any.
final class TrustManagerReader {
    private static final String WHAT = "the file of authorities";

    private TrustManagerReader() {}

    static TrustManager[] in(Path file) throws TlsFileException {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (X509Certificate one : PemFile.read(file, WHAT).certificates(WHAT)) {
                store.setCertificateEntry(Integer.toString(store.size()), one);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return factory.getTrustManagers();
        } catch (TlsFileException e) {
            throw e;
        } catch (GeneralSecurityException | IOException e) {
            throw new TlsFileException(WHAT + " " + file + " cannot be used: " + e.getMessage(), e);
        }
    }
}
