package dev.polyserve.tls;

import dev.polyserve.Tls;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;

/// Makes the server-side engines of a server's TLS connections. Its configuration can be replaced: engines made before keep
/// what they were made with.
///
/// **Thread**: any; [#replace] and [#refresh], one at a time.
public final class TlsEngines {
    private static final String REJECT_RENEGOTIATION = "jdk.tls.rejectClientInitiatedRenegotiation";

    static {
        // Read by the JDK before the first handshake. A renegotiation that clients begin costs the server a handshake each
        // time, and nothing needs it.
        if (System.getProperty(REJECT_RENEGOTIATION) == null) {
            System.setProperty(REJECT_RENEGOTIATION, "true");
        }
    }

    /// How long before a certificate expires the log says so, each day.
    private static final Duration EXPIRES_SOON = Duration.ofDays(14);
    private static final Duration BETWEEN_WARNINGS = Duration.ofDays(1);

    private final List<String> hosts;
    private final Consumer<String> warnings;
    /// The files when they were read last, or could not be read.
    private FileStates read;
    /// The files when they were looked at last.
    private FileStates seen;
    private Instant nextWarning = Instant.MIN;
    private volatile Tls tls;
    private volatile EngineSource source;

    private TlsEngines(Tls tls, FileStates read, EngineSource source, List<String> hosts, Consumer<String> warnings) {
        this.tls = tls;
        this.read = read;
        this.seen = read;
        this.source = source;
        this.hosts = hosts;
        this.warnings = warnings;
    }

    /// Reads certificates and keys.
    ///
    /// @param hosts the hosts of the endpoints, which a self-signed certificate names
    /// @param warnings receives one sentence for each thing to mend
    /// @throws TlsFileException with one sentence: what cannot be used, and the remedy
    public static TlsEngines of(Tls tls, Collection<String> hosts, Consumer<String> warnings) throws TlsFileException {
        FileStates read = FileStates.of(tls);
        EngineSource source = EngineSource.of(tls, hosts, null, warnings);
        if (tls.isSelfSigned()) {
            warnings.accept(saySelfSigned(source.identities().getFirst()));
        }
        return new TlsEngines(tls, read, source, List.copyOf(hosts), warnings);
    }

    private static String saySelfSigned(Identity made) {
        return "NOT FOR PRODUCTION: " + made.source() + " was made just now, and clients cannot check it; its SHA-256"
                + " fingerprint is " + fingerprint(made.certificate());
    }

    private static String fingerprint(X509Certificate certificate) {
        try {
            return HexFormat.ofDelimiter(":").withUpperCase().formatHex(
                    MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has it", e);
        }
    }

    /// A new engine for a connection that was accepted, in server mode and with all parameters set.
    public SSLEngine engine() {
        return source.engine();
    }

    /// Takes another configuration, or the same one with its files read again, for the connections to come.
    ///
    /// @throws TlsFileException when it cannot be used; the old one stays
    public void replace(Tls other) throws TlsFileException {
        FileStates states = FileStates.of(other);
        Identity selfMade = tls.isSelfSigned() ? source.identities().getFirst() : null;
        source = EngineSource.of(other, hosts, selfMade, warnings);
        tls = other;
        read = states;
        seen = states;
        nextWarning = Instant.MIN;
    }

    /// Looks at the files, and reads them again once they have changed and are the same as at the last look, since
    /// certificate and key are rarely replaced at the same moment. Files that cannot be used change nothing, and are
    /// reported once. Also warns of a certificate that expires soon.
    ///
    /// @return whether other certificates were taken
    public boolean refresh() {
        return refresh(Instant.now());
    }

    boolean refresh(Instant now) {
        warnOfExpiry(now);
        FileStates states = FileStates.of(tls);
        boolean settled = states.equals(seen);
        seen = states;
        if (!settled || states.equals(read)) {
            return false;
        }
        read = states;
        try {
            replace(tls);
            return true;
        } catch (TlsFileException e) {
            warnings.accept("the certificates stay as they were: " + e.getMessage());
            return false;
        }
    }

    private void warnOfExpiry(Instant now) {
        for (Identity identity : source.identities()) {
            if (!now.isBefore(nextWarning) && now.plus(EXPIRES_SOON).isAfter(identity.expires())) {
                warnings.accept(identity.source() + " has a certificate that "
                        + (now.isAfter(identity.expires()) ? "has expired at " : "expires at ") + identity.expires()
                        + ": renew it, and replace the file");
                nextWarning = now.plus(BETWEEN_WARNINGS);
            }
        }
    }

    /// When the first of the certificates expires; empty where a context has them.
    public Optional<Instant> expires() {
        return source.expires();
    }
}
