package dev.polyserve.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/// Reads a private key from a PEM file: PKCS#8 (RFC 5208), encrypted PKCS#8, PKCS#1 (RFC 8017) and SEC1 (RFC 5915).
///
/// **Thread**: any, one at a time.
final class PrivateKeyReader {
    private static final String WHAT = "the key file";
    private static final List<String> ALGORITHMS = List.of("EC", "RSA", "RSASSA-PSS", "EdDSA");
    private static final byte[] NULL = {5, 0};
    private static final byte[] ZERO = DerWriter.integer(BigInteger.ZERO);
    private static final String RSA = "1.2.840.113549.1.1.1";
    private static final String EC = "1.2.840.10045.2.1";
    private static final String PBES2 = "1.2.840.113549.1.5.13";
    private static final int FIRST_EXPLICIT = 0xa0;
    private static final int OCTET_STRING = 4;

    private final Path path;
    private final Optional<String> password;

    PrivateKeyReader(Path path, Optional<String> password) {
        this.path = path;
        this.password = password;
    }

    /// Reads the first key of the file.
    PrivateKey read() throws TlsFileException {
        PemFile file = PemFile.read(path, WHAT);
        if (!file.isPem()) {
            throw new TlsFileException(WHAT + " " + path + " is not PEM: " + convert("-inform DER "));
        }
        PemFile.Block block = file.key().orElseThrow(() -> new TlsFileException(WHAT + " " + path
                + " has no private key: give a PEM file that has a line -----BEGIN PRIVATE KEY-----"));
        if (block.hasHeaders()) {
            throw new TlsFileException(WHAT + " " + path + " is encrypted in an old form: " + convert(""));
        }
        byte[] der = file.decoded(WHAT, block);
        return switch (block.label()) {
            case "PRIVATE KEY" -> pkcs8(der);
            case "ENCRYPTED PRIVATE KEY" -> pkcs8(decrypted(der));
            case "RSA PRIVATE KEY" ->
                pkcs8(DerWriter.sequence(ZERO, DerWriter.sequence(DerWriter.identifier(RSA), NULL),
                        DerWriter.octets(der)));
            case "EC PRIVATE KEY" ->
                pkcs8(DerWriter.sequence(ZERO, DerWriter.sequence(DerWriter.identifier(EC), curve(der)),
                        DerWriter.octets(der)));
            default -> throw new TlsFileException(
                    WHAT + " " + path + " has a key in the form " + block.label() + ": " + convert(""));
        };
    }

    private String convert(String form) {
        return "convert it with `openssl pkcs8 -topk8 -nocrypt " + form + "-in " + path + " -out key.pem`";
    }

    private PrivateKey pkcs8(byte[] der) throws TlsFileException {
        var spec = new PKCS8EncodedKeySpec(der);
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (InvalidKeySpecException e) {
                // Of another algorithm, or damaged, which is said if no algorithm fits.
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has it", e);
            }
        }
        throw new TlsFileException(
                WHAT + " " + path + " has a key that is damaged or not of the kinds RSA, EC and EdDSA: "
                        + convert(""));
    }

    private byte[] decrypted(byte[] der) throws TlsFileException {
        String secret = password.orElseThrow(() -> new TlsFileException(WHAT + " " + path
                + " is encrypted and no password was given: give the file with its password"));
        EncryptedPrivateKeyInfo info;
        SecretKeyFactory keys;
        try {
            info = new EncryptedPrivateKeyInfo(der);
            boolean composed = info.getAlgName().equals("PBES2") || info.getAlgName().equals(PBES2);
            keys = SecretKeyFactory.getInstance(composed ? info.getAlgParameters().toString() : info.getAlgName());
        } catch (IOException | NoSuchAlgorithmException e) {
            throw new TlsFileException(WHAT + " " + path + " is encrypted in a form that this JDK does not read: "
                    + convert(""), e);
        }
        var spec = new PBEKeySpec(secret.toCharArray());
        try {
            SecretKey key = keys.generateSecret(spec);
            return info.getKeySpec(key).getEncoded();
        } catch (InvalidKeyException | InvalidKeySpecException e) {
            throw new TlsFileException(WHAT + " " + path + " cannot be decrypted with this password: check it", e);
        } catch (GeneralSecurityException e) {
            throw new TlsFileException(WHAT + " " + path + " is encrypted in a form that this JDK does not read: "
                    + convert(""), e);
        } finally {
            spec.clearPassword();
        }
    }

    /// The object identifier of the curve in an `ECPrivateKey`: version, private value, `[0]` curve, `[1]` public key.
    private byte[] curve(byte[] der) throws TlsFileException {
        try {
            int at = header(der, 0);
            at = end(der, at);
            if (der[at] == OCTET_STRING) {
                at = end(der, at);
                if ((der[at] & 0xff) == FIRST_EXPLICIT) {
                    return Arrays.copyOfRange(der, header(der, at), end(der, at));
                }
            }
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            throw new TlsFileException(WHAT + " " + path + " is damaged in its EC PRIVATE KEY: copy the file again", e);
        }
        throw new TlsFileException(WHAT + " " + path + " has an EC key that does not name its curve: " + convert(""));
    }

    /// Where the content of the value at this place begins.
    private static int header(byte[] der, int at) {
        int length = der[at + 1];
        return at + 2 + (length < 0 ? length & 0x7f : 0);
    }

    private static int end(byte[] der, int at) {
        int content = header(der, at);
        int length = der[at + 1];
        if (length < 0) {
            length = new BigInteger(1, Arrays.copyOfRange(der, at + 2, content)).intValueExact();
        }
        return content + length;
    }
}
