package dev.polyserve.proxy;

import dev.polyserve.ConnectionInfo;
import dev.polyserve.TlsInfo;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// The TLS connection between a client and its proxy, as the proxy describes it in its header (PP2_TYPE_SSL).
///
/// @param client the bits of the field: 1 for TLS, 2 for a certificate in this connection, 4 for one in this session
/// @param verify 0 if the client's certificate was verified
/// @param fields version, common name, cipher, …
public record ProxySslTlv(int client, int verify, ProxyTlvs fields) implements ConnectionInfo.ProxiedTls {
    static final String WHERE = "the SSL field of its PROXY header";
    static final int VERSION = 0x21;
    static final int COMMON_NAME = 0x22;
    static final int CIPHER = 0x23;
    /// The bytes before the inner fields.
    static final int FIXED_BYTES = 5;
    private static final int OVER_TLS = 1;
    private static final int HAS_CERTIFICATE = 2 | 4;
    private static final int UNVERIFIED = 1;
    /// In the form of RFC 2253.
    private static final Pattern COMMON_NAME_PART = Pattern.compile("(?:^|,)CN=((?:[^,+\\\\]|\\\\.)+)");
    private static final Pattern ESCAPED = Pattern.compile("\\\\(.)");

    /// @param value checked by the parser
    static ProxySslTlv of(byte[] value) {
        int verify = ByteBuffer.wrap(value).getInt(1);
        try {
            return new ProxySslTlv(value[0] & 0xFF, verify,
                    ProxyHeaderV2Parser.fields(value, FIXED_BYTES, value.length, WHERE));
        } catch (MalformedProxyHeaderException e) {
            throw new IllegalStateException("an SSL field was kept although " + e.getMessage(), e);
        }
    }

    /// What this server says of its own client.
    static ProxySslTlv of(TlsInfo tls) {
        List<ProxyTlvs.Field> inner = new ArrayList<>();
        inner.add(ProxyTlvs.Field.of(VERSION, tls.protocol()));
        inner.add(ProxyTlvs.Field.of(CIPHER, tls.cipherSuite()));
        Optional<X509Certificate> shown = tls.peerCertificates().stream().findFirst();
        shown.flatMap(ProxySslTlv::commonName).ifPresent(name -> inner.add(ProxyTlvs.Field.of(COMMON_NAME, name)));
        // A certificate that could not be verified would have ended the handshake.
        return new ProxySslTlv(shown.isPresent() ? OVER_TLS | HAS_CERTIFICATE : OVER_TLS,
                shown.isPresent() ? 0 : UNVERIFIED, new ProxyTlvs(inner));
    }

    private static Optional<String> commonName(X509Certificate certificate) {
        return COMMON_NAME_PART.matcher(certificate.getSubjectX500Principal().getName()).results().findFirst()
                .map(part -> ESCAPED.matcher(part.group(1)).replaceAll("$1"));
    }

    /// The value of the field.
    byte[] bytes() {
        byte[] inner = fields.bytes();
        return ByteBuffer.allocate(FIXED_BYTES + inner.length).put((byte) client).putInt(verify).put(inner).array();
    }

    /// Whether the client used TLS.
    public boolean overTls() {
        return (client & OVER_TLS) != 0;
    }

    /// Whether the client showed a certificate that the proxy has verified.
    @Override
    public boolean verified() {
        return (client & HAS_CERTIFICATE) != 0 && verify == 0;
    }

    /// The version of TLS, for example `TLSv1.3`.
    @Override
    public Optional<String> version() {
        return text(VERSION);
    }

    /// The common name in the client's certificate.
    @Override
    public Optional<String> commonName() {
        return text(COMMON_NAME);
    }

    /// The cipher suite.
    @Override
    public Optional<String> cipher() {
        return text(CIPHER);
    }

    private Optional<String> text(int type) {
        return fields.first(type).map(ProxyTlvs.Field::text);
    }
}
