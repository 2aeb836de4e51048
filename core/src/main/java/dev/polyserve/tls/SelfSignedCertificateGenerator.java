package dev.polyserve.tls;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/// Makes a certificate for development (X.509 v3, RFC 5280), with an ECDSA key on P-256, which signs it itself.
///
/// **Thread**: any.
final class SelfSignedCertificateGenerator {
    private static final Duration VALID = Duration.ofDays(365);
    /// A client whose clock is behind accepts it too.
    private static final Duration CLOCK_DIFFERENCE = Duration.ofHours(1);
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final Pattern NUMERIC_ADDRESS = Pattern.compile("[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
    private static final Pattern DNS_NAME = Pattern.compile("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*");
    private static final byte[] ECDSA_SHA256 = DerWriter.sequence(DerWriter.identifier("1.2.840.10045.4.3.2"));
    private static final int UTF8_STRING = 0x0c;
    private static final int GENERALIZED_TIME = 0x18;
    private static final int SET = 0x31;
    private static final int FIRST_EXPLICIT = 0xa0;
    private static final int DNS_CHOICE = 0x82;
    private static final int ADDRESS_CHOICE = 0x87;
    private static final int SERIAL_BITS = 120;
    private static final List<String> ALWAYS = List.of("localhost", "127.0.0.1", "::1");

    private SelfSignedCertificateGenerator() {}

    /// Makes a key, and a certificate with these names.
    static CertificateWithKey identity(Set<String> names) throws TlsFileException {
        try {
            KeyPairGenerator keys = KeyPairGenerator.getInstance("EC");
            keys.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair pair = keys.generateKeyPair();
            byte[] content = content(pair, names);
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(pair.getPrivate());
            signature.update(content);
            byte[] whole = DerWriter.sequence(content, ECDSA_SHA256, DerWriter.bits(signature.sign()));
            var certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(whole));
            return new CertificateWithKey(source(names), List.of(certificate), pair.getPrivate());
        } catch (GeneralSecurityException e) {
            throw new TlsFileException("a self-signed certificate cannot be made with this JDK, because "
                    + e.getMessage() + ": give one from files", e);
        }
    }

    /// What messages call the certificate.
    static String source(Set<String> names) {
        return "the self-signed certificate for " + String.join(", ", names);
    }

    /// The names of a server at these hosts: `localhost`, `127.0.0.1`, `::1` and those that a certificate can have.
    static Set<String> names(Collection<String> hosts) {
        var names = new LinkedHashSet<>(ALWAYS);
        hosts.stream().filter(host -> DNS_NAME.matcher(host).matches() || NUMERIC_ADDRESS.matcher(host).matches())
                .forEach(names::add);
        return names;
    }

    private static byte[] content(KeyPair pair, Set<String> names) {
        Instant now = Instant.now();
        byte[] name = DerWriter.sequence(DerWriter.tagged(SET, DerWriter.sequence(DerWriter.identifier("2.5.4.3"),
                DerWriter.tagged(UTF8_STRING, "Polyserve, self-signed".getBytes(StandardCharsets.UTF_8)))));
        byte[] validity = DerWriter.sequence(time(now.minus(CLOCK_DIFFERENCE)), time(now.plus(VALID)));
        byte[] version3 = DerWriter.tagged(FIRST_EXPLICIT, DerWriter.integer(BigInteger.TWO));
        byte[] serial = DerWriter.integer(new BigInteger(SERIAL_BITS, new SecureRandom()).add(BigInteger.ONE));
        byte[] extensions = DerWriter.tagged(FIRST_EXPLICIT + 3, DerWriter.sequence(
                extension("2.5.29.17", subjectAlternativeNames(names)),
                extension("2.5.29.37", DerWriter.sequence(DerWriter.identifier("1.3.6.1.5.5.7.3.1")))));
        return DerWriter.sequence(version3, serial, ECDSA_SHA256, name, validity, name, pair.getPublic().getEncoded(),
                extensions);
    }

    private static byte[] extension(String identifier, byte[] value) {
        return DerWriter.sequence(DerWriter.identifier(identifier), DerWriter.octets(value));
    }

    private static byte[] time(Instant instant) {
        return DerWriter.tagged(GENERALIZED_TIME, TIME.format(instant).getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] subjectAlternativeNames(Set<String> names) {
        return DerWriter.sequence(names.stream().map(name -> NUMERIC_ADDRESS.matcher(name).matches()
                ? DerWriter.tagged(ADDRESS_CHOICE, InetAddress.ofLiteral(name).getAddress())
                : DerWriter.tagged(DNS_CHOICE, name.getBytes(StandardCharsets.US_ASCII))).toArray(byte[][]::new));
    }
}
