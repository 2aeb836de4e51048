package dev.polyserve.conformance;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// The certificate of the servers in tests, which their clients trust.
///
/// It is fixed, so that no server, and no worker, has to make a key. Nothing else trusts it.
///
/// **Thread**: any.
final class TestCertificate {
    /// For servers and for clients.
    static final SSLContext CONTEXT = context();

    /// An ECDSA key on P-256 (PKCS#8).
    private static final String KEY = """
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgj09gFwTKfzdg760frnG7XmeSf4msPUz1nD/GDKzFYwmhRANCAATV
            aAYyGMBEhnRMLVZ1B7JRmHtGAGYsMxR9GmwrismjUaHhFuaZwuCwKobU36W22hfUw/9TWOmnQqYPMQQ20aYo
            """;
    /// Its certificate, for `localhost` and `127.0.0.1`.
    private static final String CERTIFICATE = """
            MIIBmzCCAUGgAwIBAgIUJBqO6nZ3vHllYvJ19F2fNLZvQOAwCgYIKoZIzj0EAwIwFDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2
            MTEzMDA0MzYwOVoYDzIxMjYxMTA2MDQzNjA5WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
            AATVaAYyGMBEhnRMLVZ1B7JRmHtGAGYsMxR9GmwrismjUaHhFuaZwuCwKobU36W22hfUw/9TWOmnQqYPMQQ20aYoo28wbTAdBgNV
            HQ4EFgQUs0LPAOY4+sgwa27s0gRHHsg1JpYwHwYDVR0jBBgwFoAUs0LPAOY4+sgwa27s0gRHHsg1JpYwDwYDVR0TAQH/BAUwAwEB
            /zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZIzj0EAwIDSAAwRQIhALJBZGR5M93t0y3JKLPP+o55urObSm1Ng8EJ
            RVU7mTSEAiAucQWqKogSlZdsrKYUx8hxQQ2Dto3sZIC90eq/z+4Aag==
            """;

    private TestCertificate() {}

    private static SSLContext context() {
        try {
            // The encryption of a PKCS#12 store would take longer than the rest of a worker's start.
            KeyStore store = KeyStore.getInstance("JKS");
            store.load(null, null);
            store.setKeyEntry("test", key(), new char[0], new Certificate[]{certificate()});
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, new char[0]);
            TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trusted.init(store);
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(keys.getKeyManagers(), trusted.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("this JDK has no TLS with ECDSA keys", e);
        }
    }

    private static PrivateKey key() throws GeneralSecurityException {
        return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(decoded(KEY)));
    }

    private static Certificate certificate() throws GeneralSecurityException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(decoded(CERTIFICATE)));
    }

    private static byte[] decoded(String text) {
        return Base64.getMimeDecoder().decode(text);
    }
}
