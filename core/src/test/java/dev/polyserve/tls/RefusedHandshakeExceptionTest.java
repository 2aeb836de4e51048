package dev.polyserve.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.tls.RefusedHandshakeException.Reason;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What is said of a certificate that the JDK refuses, with certificates of a real program.
@Timeout(60)
class RefusedHandshakeExceptionTest {
    @TempDir
    static Path directory = Path.of("");

    @BeforeAll
    static void makeCertificates() throws Exception {
        OpenSsl openssl = OpenSsl.in(directory);
        for (String authority : new String[]{"ca", "other"}) {
            openssl.run("req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=" + authority + " -keyout " + authority
                    + ".key -out " + authority + ".crt");
        }
        Files.writeString(directory.resolve("client.ext"), "extendedKeyUsage=clientAuth\n");
        Files.writeString(directory.resolve("server.ext"), "extendedKeyUsage=serverAuth\n");
        signed(openssl, "good", "rsa:2048", "-sha256 -extfile server.ext");
        signed(openssl, "client", "rsa:2048", "-sha256 -extfile client.ext");
        signed(openssl, "md5", "rsa:2048", "-md5 -extfile server.ext");
        signed(openssl, "short", "rsa:1000", "-sha256 -extfile server.ext");
    }

    /// A certificate of the first authority.
    private static void signed(OpenSsl openssl, String name, String key, String options) throws Exception {
        openssl.run("req -newkey " + key + " -nodes -subj /CN=" + name + " -keyout " + name + ".key -out " + name
                + ".csr");
        openssl.run("x509 -req -days 30 -in " + name + ".csr -CA ca.crt -CAkey ca.key -CAcreateserial -out " + name
                + ".crt " + options);
    }

    private static X509Certificate certificate(String name) throws Exception {
        try (InputStream in = Files.newInputStream(directory.resolve(name + ".crt"))) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private static void check(String name, String authority) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("trusted", certificate(authority));
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(trusted);
        X509TrustManager manager = Stream.of(factory.getTrustManagers()).filter(X509TrustManager.class::isInstance)
                .map(X509TrustManager.class::cast).findFirst().orElseThrow();
        manager.checkServerTrusted(new X509Certificate[]{certificate(name)}, "ECDHE_RSA");
    }

    private static RefusedHandshakeException refused(String name, String authority) throws Exception {
        try {
            check(name, authority);
        } catch (CertificateException e) {
            return explained(e);
        }
        throw new AssertionError(name + " is accepted");
    }

    /// As the JDK's handshake reports it.
    private static RefusedHandshakeException explained(CertificateException why) {
        SSLHandshakeException failed = new SSLHandshakeException(why.getMessage());
        failed.initCause(why);
        return RefusedHandshakeException.of(failed, "a.example", failed);
    }

    @Test
    void shouldSayThatTheAuthorityIsNotTrusted() throws Exception {
        check("good", "ca");
        RefusedHandshakeException refused = refused("good", "other");
        assertThat(refused.reason()).isEqualTo(Reason.UNTRUSTED);
        assertThat(refused).hasMessageStartingWith("the server's certificate is not signed by an authority that ")
                .hasMessageEndingWith(
                        " with Tls.client().withAuthorities(…) (" + refused.certificateText().orElseThrow()
                                + ")");
    }

    @Test
    void shouldSayThatACertificateIsForClients() throws Exception {
        assertOther(refused("client", "ca"), "Extended key usage does not permit use for TLS server authentication");
    }

    @Test
    void shouldSayThatAnAlgorithmIsForbidden() throws Exception {
        assertOther(refused("md5", "ca"), "MD5");
    }

    @Test
    void shouldSayThatAKeyIsTooShort() throws Exception {
        assertOther(refused("short", "ca"), "1000");
    }

    @Test
    void shouldSayThatACertificateCannotBeRead() throws Exception {
        try {
            CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(new byte[]{0x30, 1, 0}));
        } catch (CertificateException e) {
            assertOther(explained(e), "");
            return;
        }
        throw new AssertionError("it is read");
    }

    @Test
    void shouldSayThatACertificateHasAnotherName() {
        RefusedHandshakeException refused = explained(new CertificateException("No name matching a.example found"));
        assertThat(refused.reason()).isEqualTo(Reason.OTHER_NAME);
        assertThat(refused).hasMessageStartingWith("the server's certificate is not for a.example; ")
                .hasMessageEndingWith(" (No name matching a.example found)");
    }

    private static void assertOther(RefusedHandshakeException refused, String text) {
        assertThat(refused.reason()).isEqualTo(Reason.OTHER);
        assertThat(refused.certificateText().orElseThrow()).contains(text);
        assertThat(refused).hasMessage("the server's certificate cannot be accepted ("
                + refused.certificateText().orElseThrow() + "); replace it there");
    }
}
