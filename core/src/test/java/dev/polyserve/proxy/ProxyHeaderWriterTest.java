package dev.polyserve.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.polyserve.Options;
import dev.polyserve.TlsInfo;
import java.io.ByteArrayInputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What a header says of a client: its TLS, and its transport.
class ProxyHeaderWriterTest {
    /// With the subject O=Example, CN="Lovelace, Ada".
    private static final String CERTIFICATE = """
            MIIBqDCCAU+gAwIBAgIUYzqAzPA5UXmz5ZE+pavFMx/+UD8wCgYIKoZIzj0EAwIwKjEQMA4GA1UECgwHRXhhbXBsZTEWMBQGA1UEAwwN
            TG92ZWxhY2UsIEFkYTAeFw0yNjExMzAwNzU3MTVaFw0zNjExMjcwNzU3MTVaMCoxEDAOBgNVBAoMB0V4YW1wbGUxFjAUBgNVBAMMDUxv
            dmVsYWNlLCBBZGEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQWE4QhB6ntl0rPR/GHmpLaUW3h78mVKNGB+0byQni0gapbpACrYb9b
            SzcXb30EhtRQNwRiLEDLEimQ6+SFHRkTo1MwUTAdBgNVHQ4EFgQUnsfj/JTt8rahap8ttHu5Va77JMAwHwYDVR0jBBgwFoAUnsfj/JTt
            8rahap8ttHu5Va77JMAwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiA02/SGNOW73DC+kNeaeA+I5yBo/USVRLxjSjH8
            6zP+TQIgccPw+k3Svc1o2JAMNe1/aroNMa88LFq/1lBxWXNCLxw=
            """;

    private record Negotiated(String protocol, String cipherSuite, Optional<String> serverName,
            Optional<String> applicationProtocol, List<X509Certificate> peerCertificates) implements TlsInfo {}

    private static ProxyTlvs sent(TlsInfo tls) {
        byte[] header = ProxyHeaderWriter.binary(new InetSocketAddress("192.0.2.1", 1),
                new InetSocketAddress("192.0.2.2", 2), ProxyTlvs.of(tls));
        var read = new ProxyHeaderParser(Options.ProxyProtocol.Versions.V2).parse(ByteBuffer.wrap(header));
        return assertInstanceOf(ProxyHeaderParser.Result.Whole.class, read).header().fields();
    }

    @Test
    void aClientWithACertificate() throws Exception {
        var certificate = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(
                new ByteArrayInputStream(Base64.getMimeDecoder().decode(CERTIFICATE)));
        ProxyTlvs fields = sent(new Negotiated("TLSv1.3", "TLS_AES_128_GCM_SHA256", Optional.of("a.example"),
                Optional.of("h2"), List.of(certificate)));
        assertThat(fields.authority()).contains("a.example");
        assertThat(fields.alpn()).contains("h2");
        ProxySslTlv ssl = fields.ssl().orElseThrow();
        assertThat(ssl.overTls()).isTrue();
        assertThat(ssl.verified()).isTrue();
        assertThat(ssl.version()).contains("TLSv1.3");
        assertThat(ssl.cipher()).contains("TLS_AES_128_GCM_SHA256");
        assertThat(ssl.commonName()).contains("Lovelace, Ada");
    }

    @Test
    void aHeaderSaysWhetherTheClientSendsDatagrams() {
        ProxyTlvs none = new ProxyTlvs(List.of());
        SocketAddress four = new InetSocketAddress("192.0.2.1", 1);
        SocketAddress six = new InetSocketAddress("2001:db8::7", 1);
        SocketAddress unix = UnixDomainSocketAddress.of("/a");
        assertThat(Stream.of(four, six, unix)
                .map(end -> ProxyHeaderWriter.binary(end, end, none)[ProxyHeaderV2Parser.FAMILY_AT]))
                .containsExactly((byte) 0x11, (byte) 0x21, (byte) 0x31);
        assertThat(Stream.of(four, six, unix)
                .map(end -> ProxyHeaderWriter.binaryOfDatagrams(end, end, none)[ProxyHeaderV2Parser.FAMILY_AT]))
                .containsExactly((byte) 0x12, (byte) 0x22, (byte) 0x32);
    }

    @Test
    void aClientWithoutOne() {
        ProxyTlvs fields = sent(new Negotiated("TLSv1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", Optional.empty(),
                Optional.empty(), List.of()));
        assertThat(fields.authority()).isEmpty();
        assertThat(fields.alpn()).isEmpty();
        ProxySslTlv ssl = fields.ssl().orElseThrow();
        assertThat(ssl.overTls()).isTrue();
        assertThat(ssl.verified()).isFalse();
        assertThat(ssl.verify()).isNotZero();
        assertThat(ssl.commonName()).isEmpty();
    }
}
