package dev.polyserve.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Tls;
import dev.polyserve.TlsInfo;
import java.io.FileInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the engines negotiate, with a client in memory.
class TlsEnginesTest {
    @TempDir
    Path directory;

    private final List<String> warnings = new ArrayList<>();

    private TlsEngines engines(Tls tls) throws TlsFileException {
        return TlsEngines.of(tls, List.of(), warnings::add);
    }

    private static String subject(SSLEngine client) throws Exception {
        return ((X509Certificate) client.getSession().getPeerCertificates()[0]).getSubjectX500Principal().getName();
    }

    @Test
    void selfSignedCertificateNamesTheHostsAndIsSaidLoudly() throws Exception {
        TlsEngines engines = TlsEngines.of(Tls.selfSigned(), List.of("dev.example", "192.0.2.7", "*"), warnings::add);
        EnginePair pair = new EnginePair(EnginePair.client("dev.example"), engines.engine()).handshake();
        var certificate = (X509Certificate) pair.client().getSession().getPeerCertificates()[0];
        assertThat(certificate.getSubjectAlternativeNames()).extracting(name -> name.get(1).toString())
                .contains("localhost", "127.0.0.1", "0:0:0:0:0:0:0:1", "dev.example", "192.0.2.7");
        assertThat(warnings).singleElement().asString().startsWith("NOT FOR PRODUCTION").contains("dev.example");
        assertThat(engines.expires().orElseThrow()).isAfter(Instant.now().plus(Duration.ofDays(300)));
        TlsInfo info = NegotiatedTls.of(pair.server());
        assertThat(info.protocol()).isEqualTo("TLSv1.3");
        assertThat(info.cipherSuite()).isEqualTo("TLS_AES_128_GCM_SHA256");
        assertThat(info.serverName()).contains("dev.example");
        assertThat(info.applicationProtocol()).isEmpty();
        assertThat(info.peerCertificates()).isEmpty();
    }

    @Test
    void aReplacedConfigurationServesNewConnectionsOnly() throws Exception {
        var openSsl = OpenSsl.in(directory);
        openSsl.certificate("old", "old.example");
        openSsl.certificate("new", "new.example");
        TlsEngines engines = engines(pair("old"));
        SSLEngine before = engines.engine();
        engines.replace(pair("new"));
        assertThat(subject(new EnginePair(EnginePair.client("x"), before).handshake().client()))
                .isEqualTo("CN=old.example");
        assertThat(subject(new EnginePair(EnginePair.client("x"), engines.engine()).handshake().client()))
                .isEqualTo("CN=new.example");
        assertThatThrownBy(() -> engines.replace(Tls.server(openSsl.file("old.crt"), openSsl.file("new.key"))))
                .isInstanceOf(TlsFileException.class);
        assertThat(subject(new EnginePair(EnginePair.client("x"), engines.engine()).handshake().client()))
                .isEqualTo("CN=new.example");
    }

    @Test
    void aSupervisorReadsNoKeyAndAsksTheWorkers() throws Exception {
        var openSsl = OpenSsl.in(directory);
        openSsl.certificate("old", "old.example");
        openSsl.certificate("new", "new.example");
        Files.writeString(openSsl.file("old.key"), "not read");
        var answers = new ArrayDeque<>(List.of(Optional.of("the key does not fit"), Optional.<String>empty()));
        TlsEngines engines = TlsEngines.of(pair("old"), List.of(), TlsEngines.Role.SUPERVISOR, warnings::add,
                _ -> answers.remove());
        assertThatThrownBy(engines::engine).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> engines.replace(pair("new"))).isInstanceOf(TlsFileException.class)
                .hasMessage("the key does not fit");
        assertThat(engines.tls()).isEqualTo(pair("old"));
        engines.replace(pair("new"));
        assertThat(engines.tls()).isEqualTo(pair("new"));
        assertThat(engines.expires()).isPresent();
        assertThatThrownBy(() -> engines.replace(Tls.server(SSLContext.getDefault())))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("SSLContext");
        assertThatThrownBy(() -> engines.replace(pair("none"))).hasMessageContaining("none.crt");
        assertThat(warnings).isEmpty();
    }

    private Tls pair(String name) {
        return Tls.server(directory.resolve(name + ".crt"), directory.resolve(name + ".key"));
    }

    @Test
    void certificatesAreChosenByName() throws Exception {
        var openSsl = OpenSsl.in(directory);
        openSsl.certificate("first", "first.example");
        openSsl.certificate("wild", "*.wild.example");
        openSsl.certificate("exact", "one.wild.example");
        Tls tls = pair("first").withCertificate(openSsl.file("wild.crt"), openSsl.file("wild.key"))
                .withCertificate(openSsl.file("exact.crt"), openSsl.file("exact.key"));
        TlsEngines engines = engines(tls);
        assertThat(shown(engines, "first.example")).isEqualTo("CN=first.example");
        assertThat(shown(engines, "A.Wild.Example")).isEqualTo("CN=*.wild.example");
        assertThat(shown(engines, "one.wild.example")).isEqualTo("CN=one.wild.example");
        assertThat(shown(engines, "wild.example")).isEqualTo("CN=first.example");
        assertThat(shown(engines, "a.b.wild.example")).isEqualTo("CN=first.example");
        assertThat(shown(engines, "")).isEqualTo("CN=first.example");
    }

    private static String shown(TlsEngines engines, String asked) throws Exception {
        return subject(new EnginePair(EnginePair.client(asked), engines.engine()).handshake().client());
    }

    @Test
    void applicationProtocolIsTheFirstOfTheServersThatFits() throws Exception {
        TlsEngines engines = engines(Tls.selfSigned().withAlpn("h2", "http/1.1"));
        EnginePair pair = new EnginePair(offering("http/1.1", "h2"), engines.engine()).handshake();
        assertThat(NegotiatedTls.of(pair.server()).applicationProtocol()).contains("h2");
        EnginePair none = new EnginePair(EnginePair.client("a.example"), engines.engine()).handshake();
        assertThat(NegotiatedTls.of(none.server()).applicationProtocol()).isEmpty();
        SSLEngine client = offering("smtp");
        assertThatThrownBy(() -> new EnginePair(client, engines.engine()).handshake())
                .isInstanceOf(SSLException.class).hasMessageContaining("no_application_protocol");
    }

    private static SSLEngine offering(String... names) throws Exception {
        SSLEngine client = EnginePair.client("a.example");
        SSLParameters parameters = client.getSSLParameters();
        parameters.setApplicationProtocols(names);
        client.setSSLParameters(parameters);
        return client;
    }

    @Test
    void minimumVersionRefusesOlderClients() throws Exception {
        SSLEngine old = EnginePair.client("a.example");
        old.setEnabledProtocols(new String[]{"TLSv1.2"});
        EnginePair pair = new EnginePair(old, engines(Tls.selfSigned()).engine()).handshake();
        assertThat(NegotiatedTls.of(pair.server()).protocol()).isEqualTo("TLSv1.2");
        assertThat(NegotiatedTls.of(pair.server()).cipherSuite()).startsWith("TLS_ECDHE_");
        SSLEngine older = EnginePair.client("a.example");
        older.setEnabledProtocols(new String[]{"TLSv1.2"});
        TlsEngines onlyNew = engines(Tls.selfSigned().withMinimumVersion("1.3"));
        assertThatThrownBy(() -> new EnginePair(older, onlyNew.engine()).handshake()).isInstanceOf(SSLException.class);
    }

    @Test
    void clientCertificatesAreAskedForAndChecked() throws Exception {
        var openSsl = OpenSsl.in(directory);
        openSsl.certificate("trusted", "client.example");
        openSsl.certificate("other", "other.example");
        Tls needed = Tls.selfSigned().withClientCertificatesNeeded(openSsl.file("trusted.crt"));
        TlsEngines engines = engines(needed);
        EnginePair pair = new EnginePair(EnginePair.client("a.example", keys(openSsl, "trusted")), engines.engine())
                .handshake();
        assertThat(NegotiatedTls.of(pair.server()).peerCertificates()).singleElement()
                .extracting(one -> one.getSubjectX500Principal().getName()).isEqualTo("CN=client.example");
        assertThatThrownBy(() -> new EnginePair(EnginePair.client("a.example"), engines.engine()).handshake())
                .isInstanceOf(SSLException.class);
        SSLEngine untrusted = EnginePair.client("a.example", keys(openSsl, "other"));
        assertThatThrownBy(() -> new EnginePair(untrusted, engines.engine()).handshake())
                .isInstanceOf(SSLException.class);
        TlsEngines wanted = engines(Tls.selfSigned().withClientCertificatesWanted(openSsl.file("trusted.crt")));
        EnginePair without = new EnginePair(EnginePair.client("a.example"), wanted.engine()).handshake();
        assertThat(NegotiatedTls.of(without.server()).peerCertificates()).isEmpty();
    }

    private static KeyManager[] keys(OpenSsl openSsl, String name) throws Exception {
        openSsl.run("pkcs12 -export -in " + name + ".crt -inkey " + name + ".key -out " + name
                + ".p12 -passout pass:secret");
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (var in = new FileInputStream(openSsl.file(name + ".p12").toFile())) {
            store.load(in, "secret".toCharArray());
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, "secret".toCharArray());
        return factory.getKeyManagers();
    }
}
