package dev.polyserve;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/// What was negotiated on a TLS connection.
///
/// **Thread**: any.
public interface TlsInfo {
    /// The version, as the JDK names it: `TLSv1.3`.
    String protocol();

    /// The cipher suite, as in the registry of IANA: `TLS_AES_128_GCM_SHA256`.
    String cipherSuite();

    /// The server's name that the client asked for (SNI); a name that only the client vouches for.
    Optional<String> serverName();

    /// The application protocol that was agreed on (ALPN).
    Optional<String> applicationProtocol();

    /// The peer's certificate and the intermediate ones that it sent, its own first, checked against the authorities;
    /// empty when it sent none.
    List<X509Certificate> peerCertificates();
}
