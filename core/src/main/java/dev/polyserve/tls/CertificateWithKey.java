package dev.polyserve.tls;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// A certificate with its private key.
///
/// **Thread**: any.
///
/// @param source the file or the origin, for messages
/// @param chain the certificate, followed by the intermediate ones
/// @param key its private key
record CertificateWithKey(String source, List<X509Certificate> chain, PrivateKey key) {
    private static final int DNS_NAME = 2;
    private static final Pattern COMMON_NAME = Pattern.compile("(?:^|,)CN=([^,+]+)");
    private static final byte[] PROBE = {1, 2, 3};

    X509Certificate certificate() {
        return chain.getFirst();
    }

    String keyType() {
        return key.getAlgorithm();
    }

    /// The certificates without the key.
    CertificateChain certificates() {
        return new CertificateChain(source, chain);
    }

    /// Whether the private key belongs to the public one.
    static boolean belongs(PrivateKey key, PublicKey publicKey) {
        if (key instanceof RSAKey own && publicKey instanceof RSAKey other) {
            return own.getModulus().equals(other.getModulus());
        }
        String algorithm = key.getAlgorithm().equals("EC") ? "SHA256withECDSA" : key.getAlgorithm();
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(PROBE);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(PROBE);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            // A key of another kind, or on another curve.
            return false;
        }
    }

    /// The DNS names that it is valid for, in lower case, with wildcards; the common name where it has no others.
    Set<String> names() {
        var names = new TreeSet<String>();
        try {
            Collection<List<?>> alternatives = certificate().getSubjectAlternativeNames();
            for (List<?> one : alternatives == null ? List.<List<?>>of() : alternatives) {
                if (one.get(0) instanceof Integer kind && kind == DNS_NAME) {
                    names.add(lowerCase(one.get(1).toString()));
                }
            }
            if (alternatives == null) {
                names.addAll(commonNames());
            }
        } catch (CertificateParsingException e) {
            // Names that cannot be read match no client; the certificate can still be the default.
            return Set.of();
        }
        return names;
    }

    private List<String> commonNames() {
        return COMMON_NAME.matcher(certificate().getSubjectX500Principal().getName()).results()
                .map((MatchResult found) -> lowerCase(found.group(1))).toList();
    }

    static String lowerCase(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /// Whether one of its names is this one, or a wildcard for it: `*.example.com` covers `a.example.com` and neither
    /// `example.com` nor `a.b.example.com` (RFC 6125).
    static boolean covers(Set<String> names, String asked) {
        String name = lowerCase(asked);
        int dot = name.indexOf('.');
        return names.contains(name) || (dot > 0 && names.contains("*" + name.substring(dot)));
    }
}
