package dev.polyserve.tls;

import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// A certificate and the intermediate ones, without the private key.
///
/// **Thread**: any.
///
/// @param source the file or the origin, for messages
/// @param certificates the certificate, followed by the intermediate ones
record CertificateChain(String source, List<X509Certificate> certificates) {
    private static final int LEAST_RSA_BITS = 2048;
    private static final Pattern WEAK_SIGNATURE = Pattern.compile("(SHA1|MD5|MD2)with");

    /// When the first of them expires.
    Instant expires() {
        return certificates.stream().map(one -> one.getNotAfter().toInstant()).min(Instant::compareTo).orElseThrow();
    }

    /// That one has expired, as a part of a sentence.
    String expired() {
        return source + " has a certificate that expired at " + expires();
    }

    /// Why clients are likely to refuse them, as a sentence: a key that is too short (NIST SP 800-131A), or a signature
    /// with SHA-1 or MD5 (RFC 9155). The signature of an authority for itself does not count.
    Optional<String> weakness() {
        for (X509Certificate one : certificates) {
            if (one.getPublicKey() instanceof RSAKey rsa && rsa.getModulus().bitLength() < LEAST_RSA_BITS) {
                return Optional.of(source + " has a certificate with an RSA key of " + rsa.getModulus().bitLength()
                        + " bits, which many clients refuse: make a key of at least " + LEAST_RSA_BITS
                        + " bits, or an EC key");
            }
            String algorithm = one.getSigAlgName();
            if (WEAK_SIGNATURE.matcher(algorithm).lookingAt()
                    && !one.getSubjectX500Principal().equals(one.getIssuerX500Principal())) {
                return Optional.of(source + " has a certificate that is signed with " + algorithm
                        + ", which many clients refuse: let it be signed with SHA-256");
            }
        }
        return Optional.empty();
    }

    /// Checks that all of them are valid now.
    void check(Instant now) throws TlsFileException {
        if (expires().isBefore(now)) {
            throw new TlsFileException(expired() + ": renew it");
        }
        checkBegin(now);
    }

    /// Checks that none of them becomes valid only later.
    void checkBegin(Instant now) throws TlsFileException {
        for (X509Certificate one : certificates) {
            if (one.getNotBefore().toInstant().isAfter(now)) {
                throw new TlsFileException(source + " has a certificate that is valid only from "
                        + one.getNotBefore().toInstant() + " on: check the clock of this machine, or wait");
            }
        }
    }
}
