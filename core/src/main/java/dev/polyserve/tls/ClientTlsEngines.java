package dev.polyserve.tls;

import dev.polyserve.Tls;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/// Makes the client-side engines of outgoing TLS connections: they check that the server's certificate is trusted, and for
/// the host.
///
/// **Thread**: any.
public final class ClientTlsEngines {
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|.*:.*");
    /// More than a program has: a program that makes new ones all the time reads their files each time.
    private static final int MOST_KEPT = 32;
    private static final AtomicReference<Map<Read, ClientTlsEngines>> KEPT = new AtomicReference<>(Map.of());

    private final Tls tls;
    private final SSLContext context;

    /// What was read, and how its files were then.
    private record Read(Tls tls, FileMetadataSnapshot files) {}

    private ClientTlsEngines(Tls tls, SSLContext context) {
        this.tls = tls;
        this.context = context;
    }

    /// Reads the files, unless they are as they were last time: sessions are resumed only with the same context.
    ///
    /// @param tls of a client
    /// @param warnings receives one sentence for each thing to mend
    /// @throws TlsFileException with one sentence: what cannot be used, and the remedy
    public static ClientTlsEngines of(Tls tls, Consumer<String> warnings) throws TlsFileException {
        Read wanted = new Read(tls, FileMetadataSnapshot.of(tls));
        ClientTlsEngines known = KEPT.get().get(wanted);
        if (known == null) {
            known = read(tls, warnings);
            keep(wanted, known);
        }
        return known;
    }

    private static void keep(Read read, ClientTlsEngines made) {
        var _ = KEPT.updateAndGet(before -> {
            var after = new HashMap<>(before.size() < MOST_KEPT ? before : Map.of());
            after.put(read, made);
            return Map.copyOf(after);
        });
    }

    private static ClientTlsEngines read(Tls tls, Consumer<String> warnings) throws TlsFileException {
        if (tls.context().isPresent()) {
            return new ClientTlsEngines(tls, tls.context().get());
        }
        Optional<Tls.CertificateFiles> certificate = tls.certificates().stream().findFirst();
        if (tls.authorities().isEmpty() && certificate.isEmpty()) {
            return new ClientTlsEngines(tls, defaults());
        }
        return new ClientTlsEngines(tls,
                new ClientTlsContext(tls.authorities(), false, certificate, tls.password()).create(warnings));
    }

    /// The JDK's own, which it makes once: reading all its authorities takes a while.
    private static SSLContext defaults() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(
                    "the JDK's default context of TLS cannot be made: check the system properties"
                            + " javax.net.ssl.*",
                    e);
        }
    }

    /// A new engine for a connection to this host, with all parameters set.
    public SSLEngine engine(String host, int port) {
        String name = tls.serverName().orElse(host);
        SSLEngine engine = context.createSSLEngine(name, port);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setServerNames(asked(name));
        parameters.setApplicationProtocols(tls.alpn().toArray(String[]::new));
        parameters.setProtocols(tls.minimumVersion().equals("1.3")
                ? new String[]{"TLSv1.3"}
                : new String[]{"TLSv1.3", "TLSv1.2"});
        engine.setSSLParameters(parameters);
        return engine;
    }

    /// The name to ask for (SNI, RFC 6066, section 3): no address, and only a name of DNS.
    private static List<SNIServerName> asked(String name) {
        if (ADDRESS.matcher(name).matches()) {
            return List.of();
        }
        try {
            return List.of(new SNIHostName(name));
        } catch (IllegalArgumentException e) {
            return List.of(); // as with an underscore: the certificate is still compared with the name
        }
    }
}
