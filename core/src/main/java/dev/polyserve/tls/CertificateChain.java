package dev.polyserve.tls;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/// A certificate and the intermediate ones, without the private key.
///
/// **Thread**: any.
///
/// @param source the file or the origin, for messages
/// @param certificates the certificate, followed by the intermediate ones
record CertificateChain(String source, List<X509Certificate> certificates) {
    /// When the first of them expires.
    Instant expires() {
        return certificates.stream().map(one -> one.getNotAfter().toInstant()).min(Instant::compareTo).orElseThrow();
    }

    /// That one has expired, as a part of a sentence.
    String expired() {
        return source + " has a certificate that expired at " + expires();
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
