package dev.polyserve.tls;

import dev.polyserve.file.SmallFileReader;
import dev.polyserve.file.IrregularOrOversizedFileException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A file of certificates and keys, read whole: textual PEM (RFC 7468), or something else.
///
/// **Thread**: any.
final class PemFile {
    private static final Pattern BLOCK = Pattern
            .compile("-----BEGIN ([A-Z0-9 ]+)-----\\s*+(.*?)-----END \\1-----", Pattern.DOTALL);
    private static final String CERTIFICATE = "CERTIFICATE";
    /// What precedes the Base64 text of a key in the old encrypted form.
    private static final Pattern HEADER = Pattern.compile("(?m)^[A-Za-z-]+: .*$");
    private static final int MOST_BYTES = 1 << 20;

    private final Path path;
    private final byte[] bytes;
    private final List<Block> blocks;

    /// One block of the file.
    ///
    /// @param label what it is: the words between BEGIN and the dashes
    /// @param text what is between the lines of dashes
    record Block(String label, String text) {
        boolean hasHeaders() {
            return HEADER.matcher(text).find();
        }
    }

    private PemFile(Path path, byte[] bytes, List<Block> blocks) {
        this.path = path;
        this.bytes = bytes;
        this.blocks = blocks;
    }

    /// Reads a file.
    ///
    /// @param what it should be, for messages, as in "the certificate file"
    static PemFile read(Path path, String what) throws TlsFileException {
        try {
            byte[] bytes = SmallFileReader.bytes(path, MOST_BYTES);
            var blocks = new ArrayList<Block>();
            for (Matcher m = BLOCK.matcher(new String(bytes, StandardCharsets.ISO_8859_1)); m.find();) {
                blocks.add(new Block(m.group(1), m.group(2)));
            }
            return new PemFile(path, bytes, blocks);
        } catch (NoSuchFileException e) {
            throw new TlsFileException(what + " " + path + " does not exist: check the path", e);
        } catch (AccessDeniedException e) {
            throw new TlsFileException(what + " " + path + " may not be read by this user: change its owner or mode",
                    e);
        } catch (IrregularOrOversizedFileException e) {
            throw new TlsFileException(what + " " + path + " " + e.why(), e);
        } catch (IOException e) {
            throw new TlsFileException(what + " " + path + " cannot be read: " + e.getMessage(), e);
        }
    }

    boolean isPem() {
        return !blocks.isEmpty();
    }

    byte[] bytes() {
        return bytes;
    }

    /// Its certificates, in order.
    ///
    /// @param what as in [#read]
    List<X509Certificate> certificates(String what) throws TlsFileException {
        var certificates = new ArrayList<X509Certificate>();
        for (Block block : blocks) {
            if (block.label.equals(CERTIFICATE)) {
                certificates.add(certificate(what, block));
            }
        }
        if (certificates.isEmpty()) {
            throw new TlsFileException(what + " " + path + " has no certificate" + blocks.stream().findFirst()
                    .map(other -> " but a " + other.label).orElse("") + ": give a PEM file that has a line"
                    + " -----BEGIN CERTIFICATE-----");
        }
        return List.copyOf(certificates);
    }

    private X509Certificate certificate(String what, Block block) throws TlsFileException {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(decoded(what, block)));
        } catch (CertificateException e) {
            throw new TlsFileException(what + " " + path + " has a certificate that is damaged: copy the file again",
                    e);
        }
    }

    /// The first private key in it, whatever its form.
    Optional<Block> key() {
        return blocks.stream().filter(block -> block.label.endsWith("PRIVATE KEY")).findFirst();
    }

    /// The bytes that a block encodes.
    byte[] decoded(String what, Block block) throws TlsFileException {
        try {
            return Base64.getDecoder().decode(block.text.replaceAll("\\s", ""));
        } catch (IllegalArgumentException e) {
            throw new TlsFileException(
                    what + " " + path + " is damaged in its " + block.label + ": copy the file again", e);
        }
    }
}
