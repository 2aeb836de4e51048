package dev.polyserve.tls;

import dev.polyserve.Tls;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

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
    private final Role role;
    private final Approval approval;
    private final Consumer<String> warnings;
    private final AtomicReference<Current> current;
    /// The files when they were looked at last. Owned by the thread of [#refresh], like the two below.
    private FileMetadataSnapshot seen;
    /// The files that could not be used.
    private FileMetadataSnapshot unusable;
    private Instant nextWarning = Instant.MIN;

    /// What a process does with the certificates.
    public enum Role {
        /// It does the TLS.
        SERVER,
        /// It does the TLS in place of its supervisor, which has checked when the certificates expire.
        WORKER,
        /// Its worker processes do the TLS: it reads no private key. It makes a self-signed certificate for all of them.
        SUPERVISOR
    }

    /// Asks the processes that do the TLS about other certificates.
    @FunctionalInterface
    public interface Approval {
        /// Has them take the certificates, if they can.
        ///
        /// @return why they cannot, in one sentence; empty when they do
        /// @throws IOException with one sentence, when they do not answer
        Optional<String> refuses(Tls other) throws IOException;
    }

    /// What new engines are made of.
    ///
    /// @param tls the configuration
    /// @param files its files when they were read
    /// @param chains the certificates
    /// @param source what was read; null in a supervisor
    private record Current(Tls tls, FileMetadataSnapshot files, List<CertificateChain> chains,
            @Nullable TlsEngineConfiguration source) {}

    private TlsEngines(Tls tls, List<String> hosts, Role role, Consumer<String> warnings, Approval approval)
            throws TlsFileException {
        this.hosts = hosts;
        this.role = role;
        this.warnings = warnings;
        this.approval = approval;
        Current first = read(tls);
        this.current = new AtomicReference<>(first);
        this.seen = first.files;
        this.unusable = first.files;
    }

    /// Reads certificates and keys.
    ///
    /// @param hosts the hosts of the endpoints, which a self-signed certificate names
    /// @param warnings receives one sentence for each thing to mend
    /// @throws TlsFileException with one sentence: what cannot be used, and the remedy
    public static TlsEngines of(Tls tls, Collection<String> hosts, Consumer<String> warnings) throws TlsFileException {
        return of(tls, hosts, Role.SERVER, warnings, _ -> Optional.empty());
    }

    /// The same in one of several processes.
    ///
    /// @param role what this process does
    /// @param approval asks the other processes, before other certificates are taken
    public static TlsEngines of(Tls tls, Collection<String> hosts, Role role, Consumer<String> warnings,
            Approval approval) throws TlsFileException {
        var engines = new TlsEngines(tls, List.copyOf(hosts), role, warnings, approval);
        if (tls.isSelfSigned() && role != Role.WORKER) {
            warnings.accept(saySelfSigned(engines.current.get().chains.getFirst()));
        }
        return engines;
    }

    private static String saySelfSigned(CertificateChain made) {
        return "NOT FOR PRODUCTION: clients cannot check " + made.source()
                + ", which this program has made; its SHA-256"
                + " fingerprint is " + fingerprint(made.certificates().getFirst());
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
        TlsEngineConfiguration source = current.get().source;
        if (source == null) {
            throw new IllegalStateException("the worker processes do the TLS");
        }
        return source.engine();
    }

    /// Takes another configuration, or the same one with its files read again, for the connections to come.
    ///
    /// @throws IOException with one sentence, when it cannot be used; the old one stays
    /// @throws IllegalArgumentException when the worker processes cannot be given it
    public void replace(Tls other) throws IOException {
        if (role == Role.SUPERVISOR && other.context().isPresent()) {
            throw new IllegalArgumentException("an SSLContext cannot be sent to worker processes, which do the TLS of"
                    + " this server: give certificates from files");
        }
        current.set(approved(other));
    }

    private Current approved(Tls other) throws IOException {
        Current next = read(other);
        Optional<String> refused = approval.refuses(other);
        if (refused.isPresent()) {
            throw new TlsFileException(refused.get());
        }
        return next;
    }

    private Current read(Tls tls) throws TlsFileException {
        FileMetadataSnapshot files = FileMetadataSnapshot.of(tls);
        var reader = new CertificateReader(tls.password(), warnings, role);
        if (role == Role.SUPERVISOR) {
            List<CertificateChain> chains = new ArrayList<>();
            if (tls.isSelfSigned()) {
                chains.add(SelfSignedCertificate.naming(hosts).certificates());
            }
            for (Tls.CertificateFiles pair : tls.certificates()) {
                chains.add(reader.readChain(pair, Instant.now()));
            }
            return new Current(tls, files, List.copyOf(chains), null);
        }
        TlsEngineConfiguration source = TlsEngineConfiguration.of(tls, hosts, reader);
        return new Current(tls, files, source.identities().stream().map(CertificateWithKey::certificates).toList(),
                source);
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
        warnOfExpiry(before.chains, now);
        FileMetadataSnapshot files = FileMetadataSnapshot.of(before.tls);
        boolean settled = files.equals(seen);
        seen = files;
        if (!settled || files.equals(before.files) || files.equals(unusable)) {
            return false;
        }
        try {
            nextWarning = Instant.MIN;
            return current.compareAndSet(before, approved(before.tls));
        } catch (TlsFileException e) {
            unusable = files;
            warnings.accept("the certificates stay as they were: " + e.getMessage());
            return false;
        } catch (IOException e) {
            // The next look asks again.
            warnings.accept("the certificates stay as they were: " + e.getMessage());
            return false;
        }
    }

    private void warnOfExpiry(List<CertificateChain> chains, Instant now) {
        for (CertificateChain chain : chains) {
            Instant expires = chain.expires();
            if (!now.isBefore(nextWarning) && now.plus(EXPIRES_SOON).isAfter(expires)) {
                warnings.accept(chain.source() + " has a certificate that "
                        + (now.isAfter(expires) ? "has expired at " : "expires at ") + expires
                        + ": renew it, and replace the file");
                nextWarning = now.plus(BETWEEN_WARNINGS);
            }
        }
    }

    /// When the first of the certificates expires; empty where a context, or worker processes, have them.
    public Optional<Instant> expires() {
        return current.get().chains.stream().map(CertificateChain::expires).min(Instant::compareTo);
    }
}
