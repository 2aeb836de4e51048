package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Endpoint;
import dev.polyserve.Tls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The settings for TLS, and what is wrong with them.
class TlsSettingsReaderTest {
    private static final List<Endpoint> ENDPOINT = List.of(new Endpoint.Unix(Path.of("s")),
            new Endpoint.Tls("127.0.0.1", 8443));
    private static final Path CERTIFICATE = Path.of("a.crt");
    private static final Path KEY = Path.of("a.key");

    private final ServeSettings settings = new ServeSettings();

    private TlsSettingsReaderTest with(ServeSetting setting, String... values) {
        settings.put(setting, List.of(values), setting.option());
        return this;
    }

    private Tls tls() {
        return new TlsSettingsReader(settings).tls(ENDPOINT, false).orElseThrow();
    }

    private void refuses(String... parts) {
        assertThatThrownBy(this::tls).isInstanceOf(ExitException.class).hasMessageContainingAll(parts);
    }

    @Test
    void everySettingReachesTheServer() {
        with(ServeSetting.TLS_CERT, "a.crt", "b.crt").with(ServeSetting.TLS_KEY, "a.key", "b.key")
                .with(ServeSetting.TLS_MIN, "1.3")
                .with(ServeSetting.TLS_ALPN, "h2,http/1.1").with(ServeSetting.TLS_CLIENT_CA, "ca.pem")
                .with(ServeSetting.TLS_CLIENT, "want");
        assertThat(tls()).isEqualTo(Tls.server(CERTIFICATE, KEY).withCertificate(Path.of("b.crt"), Path.of("b.key"))
                .withMinimumVersion("1.3").withAlpn("h2", "http/1.1")
                .withClientCertificatesWanted(Path.of("ca.pem")));
    }

    @Test
    void clientCertificatesAreNeededByDefault() {
        with(ServeSetting.TLS_SELF_SIGNED, "true").with(ServeSetting.TLS_CLIENT_CA, "ca.pem");
        assertThat(tls()).isEqualTo(Tls.selfSigned().withClientCertificatesNeeded(Path.of("ca.pem")));
    }

    @Test
    void thePasswordIsTheFirstLineOfItsFile(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("password"), "correct horse\nsecond line\n");
        with(ServeSetting.TLS_CERT, "a.p12").with(ServeSetting.TLS_PASSWORD_FILE, file.toString());
        assertThat(tls()).isEqualTo(Tls.server(Path.of("a.p12"), "correct horse"));
        Files.writeString(file, "");
        refuses(file.toString(), "is empty");
        Files.delete(file);
        refuses(file.toString(), "does not exist");
    }

    @Test
    void anEndpointNeedsACertificate() {
        refuses("tls://127.0.0.1:8443 needs a certificate", "--tls-cert", "--tls-self-signed");
    }

    @Test
    void withoutAnEndpointNothingIsNeededNorTaken() {
        assertThat(new TlsSettingsReader(settings).tls(List.of(), false)).isEmpty();
        with(ServeSetting.TLS_MIN, "1.3");
        assertThatThrownBy(() -> new TlsSettingsReader(settings).tls(List.of(), false))
                .isInstanceOf(ExitException.class)
                .hasMessageContainingAll("--tls-min is for TLS", "--listen tls://");
    }

    @Test
    void aHandlerThatBeginsTlsItselfMayHaveThemWithoutAnEndpoint() {
        List<Endpoint> plain = List.of(new Endpoint.Tcp("127.0.0.1", 25));
        assertThat(new TlsSettingsReader(settings).tls(plain, true)).isEmpty();
        with(ServeSetting.TLS_MIN, "1.3");
        assertThatThrownBy(() -> new TlsSettingsReader(settings).tls(plain, true)).isInstanceOf(ExitException.class)
                .hasMessageContainingAll("--tls-min needs a certificate", "--tls-cert FILE");
        with(ServeSetting.TLS_SELF_SIGNED, "true");
        assertThat(new TlsSettingsReader(settings).tls(plain, true))
                .contains(Tls.selfSigned().withMinimumVersion("1.3"));
        assertThatThrownBy(() -> new TlsSettingsReader(settings).tls(List.of(new Endpoint.Udp("127.0.0.1", 25)), true))
                .isInstanceOf(ExitException.class).hasMessageContaining("is for TLS, but no endpoint has it");
    }

    @Test
    void certificatesAndKeysComeInPairs() {
        with(ServeSetting.TLS_CERT, "a.crt", "b.crt").with(ServeSetting.TLS_KEY, "a.key");
        refuses("each --tls-cert needs its --tls-key", "2 and 1");
        with(ServeSetting.TLS_SELF_SIGNED, "true");
        refuses("--tls-self-signed makes a certificate", "leave one of them out");
    }

    @Test
    void aKeyNeedsItsCertificateAndAPkcs12FileItsPassword() {
        with(ServeSetting.TLS_KEY, "a.key");
        refuses("--tls-key needs the certificate of the key: add --tls-cert FILE");
        ServeSettings others = new ServeSettings();
        others.put(ServeSetting.TLS_CERT, List.of("a.p12"), "--tls-cert");
        assertThatThrownBy(() -> new TlsSettingsReader(others).tls(ENDPOINT, false)).isInstanceOf(ExitException.class)
                .hasMessage("the PKCS#12 file a.p12 of --tls-cert needs its password: add --tls-password-file FILE");
    }

    @Test
    void badValuesAreNamed() {
        with(ServeSetting.TLS_SELF_SIGNED, "true").with(ServeSetting.TLS_MIN, "1.1");
        refuses("bad --tls-min '1.1'", "1.2 or 1.3");
        with(ServeSetting.TLS_MIN, "1.2").with(ServeSetting.TLS_CLIENT, "need");
        refuses("--tls-client needs the authorities");
        with(ServeSetting.TLS_CLIENT_CA, "ca.pem").with(ServeSetting.TLS_CLIENT, "maybe");
        refuses("bad --tls-client 'maybe'", "want or need");
        with(ServeSetting.TLS_CLIENT, "need").with(ServeSetting.TLS_ALPN, "a,");
        refuses("bad --tls-alpn 'a,'", "ALPN");
    }
}
