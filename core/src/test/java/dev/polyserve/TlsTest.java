package dev.polyserve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;

/// Values of [Tls]: equal by their parts, and checked.
class TlsTest {
    private static final Path CERTIFICATE = Path.of("a.crt");
    private static final Path KEY = Path.of("a.key");

    @Test
    void equalPartsAreEqual() {
        assertThat(Tls.server(CERTIFICATE, KEY).withAlpn("h2")).isEqualTo(Tls.server(CERTIFICATE, KEY).withAlpn("h2"))
                .isNotEqualTo(Tls.server(CERTIFICATE, KEY));
        assertThat(Tls.server(CERTIFICATE, "one")).isNotEqualTo(Tls.server(CERTIFICATE, "two"));
    }

    @Test
    void passwordsAreNotShown() {
        assertThat(Tls.server(CERTIFICATE, "secret").toString()).contains("a.crt").doesNotContain("secret");
    }

    @Test
    void partsThatContradictAreRefused() throws Exception {
        SSLContext context = SSLContext.getDefault();
        assertThatThrownBy(() -> Tls.server(context).withCertificate(CERTIFICATE, KEY)).hasMessageContaining("context");
        assertThatThrownBy(() -> Tls.selfSigned().withCertificate(CERTIFICATE, KEY))
                .hasMessageContaining("self-signed");
        assertThatThrownBy(() -> Tls.server(context).withClientCertificatesNeeded(CERTIFICATE))
                .hasMessageContaining("authorities");
        assertThatThrownBy(() -> Tls.selfSigned().withAlpn("")).hasMessageContaining("ALPN");
        assertThatThrownBy(() -> Tls.selfSigned().withAlpn("a b")).hasMessageContaining("ALPN");
        assertThatThrownBy(() -> Tls.selfSigned().withMinimumVersion("1.1")).hasMessageContaining("1.2 or 1.3");
    }
}
