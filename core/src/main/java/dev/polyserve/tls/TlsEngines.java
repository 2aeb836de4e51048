package dev.polyserve.tls;

import dev.polyserve.Server;
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
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;

/// Makes the server-side engines of a server's TLS connections. Its configuration can be replaced: engines made before keep
/// what they were made with.
///
/// **Thread**: any; [#refresh], one at a time.
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
    private final AtomicReference<Current> current;
    /// The files when they were looked at last. Owned by the thread of [#refresh], like the two below.
    private FileStates seen;
    /// The files that could not be used.
    private FileStates unusable;
    private Instant nextWarning = Instant.MIN;

    /// What new engines are made of.
    ///
    /// @param tls the configuration
    /// @param files its files when they were read
    /// @param source what was read
    private record Current(Tls tls, FileStates files, EngineSource source) {}

    private TlsEngines(Current first, List<String> hosts, Consumer<String> warnings) {
        this.current = new AtomicReference<>(first);
        this.seen = first.files;
        this.unusable = first.files;
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
        if (tls.isSelfSigned() && !Server.isWorker()) {
            warnings.accept(saySelfSigned(source.identities().getFirst()));
        }
        return new TlsEngines(new Current(tls, read, source), List.copyOf(hosts), warnings);
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

    /// The configuration in force.
    public Tls tls() {
        return current.get().tls;
    }

    /// A new engine for a connection that was accepted, in server mode and with all parameters set.
    public SSLEngine engine() {
        return current.get().source.engine();
    }

    /// Takes another configuration, or the same one with its files read again, for the connections to come.
    ///
    /// @throws TlsFileException when it cannot be used; the old one stays
    public void replace(Tls other) throws TlsFileException {
        current.set(read(other));
    }

    private Current read(Tls other) throws TlsFileException {
        Current before = current.get();
        FileStates files = FileStates.of(other);
        Identity selfMade = before.tls.isSelfSigned() ? before.source.identities().getFirst() : null;
        return new Current(other, files, EngineSource.of(other, hosts, selfMade, warnings));
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
        Current before = current.get();
        warnOfExpiry(before.source, now);
        FileStates files = FileStates.of(before.tls);
        boolean settled = files.equals(seen);
        seen = files;
        if (!settled || files.equals(before.files) || files.equals(unusable)) {
            return false;
        }
        try {
            nextWarning = Instant.MIN;
            return current.compareAndSet(before, read(before.tls));
        } catch (TlsFileException e) {
            unusable = files;
            warnings.accept("the certificates stay as they were: " + e.getMessage());
            return false;
        }
    }

    private void warnOfExpiry(EngineSource source, Instant now) {
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
        return current.get().source.expires();
    }
}
