package dev.polyserve;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;

/// How a server proves its identity on `tls://` endpoints, and what it asks of clients, or what a [Client] trusts, and how it
/// proves its own identity: certificates with their keys, authorities, application protocols (ALPN) and the lowest version of
/// the protocol.
///
/// The files of a server are read when it is bound; a wrong one is an error then. They are read again when they change. Those
/// of a client are read with its first connection.
///
/// **Thread**: any.
///
/// Immutable: a `with…` method returns another one. Two with the same parts are equal.
public final class Tls extends ValueObject {
    private final Parts values;

    private Tls(Parts values) {
        super(values);
        this.values = values;
    }

    private Tls with(Consumer<Parts> change) {
        return new Tls(ValueFields.changed(values, change));
    }

    /// A server with this certificate, from PEM files.
    ///
    /// @param certificates the server's certificate, followed by the intermediate ones
    /// @param key its private key: PKCS#8, PKCS#1 or SEC1; an encrypted PKCS#8 key needs [#withPassword]
    public static Tls server(Path certificates, Path key) {
        return new Tls(new Parts()).withCertificate(certificates, key);
    }

    /// A server with the certificate and the key of a PKCS#12 file.
    public static Tls server(Path pkcs12, String password) {
        return server(pkcs12, pkcs12).withPassword(password);
    }

    /// A server with the keys, and the trust in clients, of this context; nothing is read again.
    public static Tls server(SSLContext context) {
        return new Tls(new Parts()).with(values -> values.context = Optional.of(context));
    }

    /// A server with a certificate that it makes for itself, for development: clients that check certificates refuse it.
    /// It names `localhost`, `127.0.0.1`, `::1` and the hosts of the endpoints, and the log says so.
    public static Tls selfSigned() {
        return new Tls(new Parts()).with(values -> values.selfSigned = true);
    }

    /// A client that trusts the authorities of the JDK, and checks that the server's certificate is for the host.
    public static Tls client() {
        return new Tls(new Parts()).with(values -> values.client = true);
    }

    /// A client with the trust, and the keys, of this context; it also checks that the server's certificate is for the host.
    public static Tls client(SSLContext context) {
        return client().with(values -> values.context = Optional.of(context));
    }

    /// Whether it is for a client rather than a server.
    public boolean isClient() {
        return values.client;
    }

    /// The file with the authorities (PEM) that a client trusts; empty: those of the JDK.
    public Optional<Path> authorities() {
        return values.authorities;
    }

    /// The name that the server's certificate must have, and that is asked for (SNI); empty: the endpoint's host.
    public Optional<String> serverName() {
        return values.serverName;
    }

    /// A client's, with these authorities (PEM) trusted in place of those of the JDK: those that sign the servers' certificates,
    /// or a self-signed one itself.
    public Tls withAuthorities(Path trusted) {
        return with(values -> values.authorities = Optional.of(trusted));
    }

    /// A client's, with another name than the endpoint's host for the server's certificate.
    public Tls withServerName(String name) {
        return with(values -> values.serverName = Optional.of(name));
    }

    /// The certificates and keys, in order: a client that names no server, or an unknown one, gets the first. Empty with
    /// a context or a self-signed certificate.
    public List<CertificateFiles> certificates() {
        return values.certificates;
    }

    /// The context to use as it is.
    public Optional<SSLContext> context() {
        return values.context;
    }

    /// Whether the server makes a certificate for itself.
    public boolean isSelfSigned() {
        return values.selfSigned;
    }

    /// The password of encrypted keys and PKCS#12 files.
    public Optional<String> password() {
        return values.password.map(Secret::text);
    }

    /// The file with the authorities (PEM) that sign the certificates of clients; empty: clients are not asked for any.
    public Optional<Path> clientAuthorities() {
        return values.clientAuthorities;
    }

    /// Whether a client without a certificate is refused.
    public boolean requiresClientCertificate() {
        return values.clientRequired;
    }

    /// The names of the application protocols (RFC 7301) that the server speaks, the preferred one first; empty: ALPN is
    /// not answered.
    public List<String> alpn() {
        return values.alpn;
    }

    /// The lowest version of TLS: `1.2` or `1.3`.
    public String minimumVersion() {
        return values.minimumVersion;
    }

    /// With one more certificate, which is chosen by the server's name that the client asks for (SNI, RFC 6066).
    public Tls withCertificate(Path certificates, Path key) {
        return with(values -> {
            var more = new ArrayList<>(values.certificates);
            more.add(new CertificateFiles(certificates, key));
            values.certificates = List.copyOf(more);
        });
    }

    /// With the password of encrypted keys and PKCS#12 files.
    public Tls withPassword(String password) {
        return with(values -> values.password = Optional.of(new Secret(password)));
    }

    /// With clients asked for a certificate, and served without one too; one that is sent must be trusted.
    ///
    /// @param authorities the certificates (PEM) of those that sign the clients'
    public Tls withClientCertificatesWanted(Path authorities) {
        return with(values -> {
            values.clientAuthorities = Optional.of(authorities);
            values.clientRequired = false;
        });
    }

    /// With clients refused that have no trusted certificate.
    ///
    /// @param authorities the certificates (PEM) of those that sign the clients'
    public Tls withClientCertificatesNeeded(Path authorities) {
        return with(values -> {
            values.clientAuthorities = Optional.of(authorities);
            values.clientRequired = true;
        });
    }

    /// With these application protocols, the preferred one first. A client that offers others only is refused; one that
    /// offers none is served.
    public Tls withAlpn(String... names) {
        return with(values -> values.alpn = List.of(names));
    }

    /// With another lowest version, `1.2` or `1.3`.
    public Tls withMinimumVersion(String version) {
        return with(values -> values.minimumVersion = version);
    }

    /// The files of one certificate.
    ///
    /// @param chain the certificate and the intermediate ones, or a PKCS#12 file
    /// @param key the private key; the same file for PKCS#12
    public record CertificateFiles(Path chain, Path key) {}

    /// A password, which is not shown.
    private record Secret(String text) {
        @Override
        public String toString() {
            return "(hidden)";
        }
    }

    /// The fields, and their defaults.
    private static final class Parts extends ValueFields {
        private static final int MOST_NAME_BYTES = 255;

        List<CertificateFiles> certificates = List.of();
        Optional<SSLContext> context = Optional.empty();
        boolean selfSigned;
        boolean client;
        Optional<Path> authorities = Optional.empty();
        Optional<String> serverName = Optional.empty();
        Optional<Secret> password = Optional.empty();
        Optional<Path> clientAuthorities = Optional.empty();
        boolean clientRequired;
        List<String> alpn = List.of();
        String minimumVersion = "1.2";

        @Override
        Object[] parts() {
            return new Object[]{"certificates", certificates, "context", context, "selfSigned", selfSigned, "password",
                password, "clientAuthorities", clientAuthorities, "clientRequired", clientRequired, "alpn", alpn,
                "minimumVersion", minimumVersion, "client", client, "authorities", authorities, "serverName",
                serverName};
        }

        @Override
        void check() {
            checkSide();
            if (!certificates.isEmpty() && (selfSigned || context.isPresent())) {
                throw new IllegalArgumentException("tls: certificates from files cannot be combined with "
                        + (selfSigned ? "a self-signed one" : "a context"));
            }
            if (context.isPresent() && clientAuthorities.isPresent()) {
                throw new IllegalArgumentException(
                        "tls: a context decides itself which client certificates it trusts: give it the authorities");
            }
            for (String name : alpn) {
                if (name.isEmpty() || name.length() > MOST_NAME_BYTES
                        || !name.chars().allMatch(c -> c > ' ' && c < 127)) {
                    throw new IllegalArgumentException("tls: the ALPN name '" + name + "' is not 1 to "
                            + MOST_NAME_BYTES + " visible ASCII characters, as in http/1.1");
                }
            }
            checkVersion();
        }

        private void checkSide() {
            if (!client && (authorities.isPresent() || serverName.isPresent())) {
                throw new IllegalArgumentException(
                        "tls: the authorities and the name of a server are for Tls.client()");
            }
            if (client && (clientAuthorities.isPresent() || selfSigned)) {
                throw new IllegalArgumentException("tls: only a server asks clients for certificates");
            }
            if (client && certificates.size() > 1) {
                throw new IllegalArgumentException("tls: a client has one certificate");
            }
            if (context.isPresent() && authorities.isPresent()) {
                throw new IllegalArgumentException(
                        "tls: a context decides itself which certificates it trusts: give it the authorities");
            }
        }

        private void checkVersion() {
            if (Arrays.stream(new String[]{"1.2", "1.3"}).noneMatch(minimumVersion::equals)) {
                throw new IllegalArgumentException("tls: the lowest version is 1.2 or 1.3, not " + minimumVersion);
            }
        }
    }
}
