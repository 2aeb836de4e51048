package dev.polyserve.proxy;

import dev.polyserve.ConnectionInfo;
import java.nio.ByteBuffer;
import java.util.Optional;

/// What a proxy says about the TLS connection of its client.
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

    /// @param value checked by the parser
    static ProxySslTlv of(byte[] value) {
        int verify = ByteBuffer.wrap(value).getInt(1);
        try {
            return new ProxySslTlv(value[0] & 0xFF, verify,
                    BinaryProxyHeader.fields(value, FIXED_BYTES, value.length, WHERE));
        } catch (MalformedProxyHeaderException e) {
            throw new IllegalStateException("an SSL field was kept although " + e.getMessage(), e);
        }
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
