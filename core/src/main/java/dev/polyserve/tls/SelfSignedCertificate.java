package dev.polyserve.tls;

import dev.polyserve.coroutine.carrier.NonQueueingLock;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The self-signed certificate of this program, with its key: one for all of its servers and worker processes, and for a program
/// that takes over from it. A client that has been told to trust it can so go on.
///
/// **Thread**: any.
public final class SelfSignedCertificate {
    /// One that ends sooner is made again.
    private static final Duration LEAST = Duration.ofDays(1);
    private static final NonQueueingLock LOCK = new NonQueueingLock();
    /// Guarded by the lock.
    private static Optional<SelfSignedCertificate> ofThisProgram = Optional.empty();

    private final Set<String> names;
    private final CertificateWithKey identity;

    private SelfSignedCertificate(Set<String> names, CertificateWithKey identity) {
        this.names = names;
        this.identity = identity;
    }

    /// The program's certificate, which names these hosts. It is made if there is none, or if the one that there is names
    /// others.
    static CertificateWithKey naming(Collection<String> hosts) throws TlsFileException {
        Set<String> wanted = SelfSignedCertificateGenerator.names(hosts);
        LOCK.lock();
        try {
            if (ofThisProgram.filter(known -> known.serves(wanted)).isEmpty()) {
                ofThisProgram.ifPresent(known -> wanted.addAll(known.names));
                ofThisProgram = Optional
                        .of(new SelfSignedCertificate(wanted, SelfSignedCertificateGenerator.identity(wanted)));
            }
            return ofThisProgram.get().identity;
        } finally {
            LOCK.unlock();
        }
    }

    private boolean serves(Set<String> wanted) {
        return names.containsAll(wanted)
                && identity.certificates().expires().isAfter(Instant.now().plus(LEAST));
    }

    /// The program's certificate and its private key as bytes, for another process of the program; empty when none was
    /// made.
    public static Optional<ByteBuffer> encoded() {
        LOCK.lock();
        try {
            return ofThisProgram.map(SelfSignedCertificate::bytes);
        } finally {
            LOCK.unlock();
        }
    }

    /// Takes the certificate of another process of the program, before a server needs one.
    ///
    /// @param encoded what [#encoded] returned there
    /// @throws IOException when the bytes are damaged
    public static void take(ByteBuffer encoded) throws IOException {
        SelfSignedCertificate taken = read(encoded);
        LOCK.lock();
        try {
            ofThisProgram = Optional.of(taken);
        } finally {
            LOCK.unlock();
        }
    }

    private ByteBuffer bytes() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeUTF(String.join(",", names));
            write(out, identity.certificate().getEncoded());
            write(out, identity.key().getEncoded());
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("a certificate that was made here cannot be encoded", e);
        }
        return ByteBuffer.wrap(bytes.toByteArray());
    }

    private static void write(DataOutputStream out, byte[] part) throws IOException {
        out.writeInt(part.length);
        out.write(part);
    }

    private static SelfSignedCertificate read(ByteBuffer encoded) throws IOException {
        byte[] bytes = new byte[encoded.remaining()];
        encoded.duplicate().get(bytes);
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            var names = new LinkedHashSet<>(List.of(in.readUTF().split(",", -1)));
            var certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(in.readNBytes(in.readInt())));
            var key = KeyFactory.getInstance("EC")
                    .generatePrivate(new PKCS8EncodedKeySpec(in.readNBytes(in.readInt())));
            return new SelfSignedCertificate(names,
                    new CertificateWithKey(SelfSignedCertificateGenerator.source(names), List.of(certificate), key));
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new IOException("the self-signed certificate of another process is damaged: " + e.getMessage(), e);
        }
    }
}
