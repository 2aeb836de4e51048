package dev.polyserve.tls;

import dev.polyserve.Tls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.UnrecoverableKeyException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads a certificate with its key, or a certificate alone, from files, and checks that it can be used.
///
/// **Thread**: any, one at a time.
final class CertificateReader {
    private static final String CHAIN = "the certificate file";
    private static final String PKCS12 = "the PKCS#12 file";

    private final Optional<String> password;
    private final Consumer<String> warnings;
    private final TlsEngines.Role role;

    /// @param warnings receives one sentence for each file that others may read
    CertificateReader(Optional<String> password, Consumer<String> warnings) {
        this(password, warnings, TlsEngines.Role.SERVER);
    }

    /// @param warnings receives one sentence for each thing to mend
    /// @param role what this process does with the certificates
    CertificateReader(Optional<String> password, Consumer<String> warnings, TlsEngines.Role role) {
        this.password = password;
        this.warnings = warnings;
        this.role = role;
    }

    /// Reads the certificates without their key.
    CertificateChain readChain(Tls.CertificateFiles files, Instant now) throws TlsFileException {
        PemFile file = PemFile.read(files.chain(), CHAIN);
        CertificateChain chain = isPkcs12(files, file)
                ? chain(files.chain(), file.bytes())
                : new CertificateChain(CHAIN + " " + files.chain(), file.certificates(CHAIN));
        check(chain, now);
        warnOfOthers(files.key());
        chain.weakness().ifPresent(warnings);
        return chain;
    }

    private static boolean isPkcs12(Tls.CertificateFiles files, PemFile chain) {
        return files.chain().equals(files.key()) && !chain.isPem();
    }

    CertificateWithKey read(Tls.CertificateFiles files, Instant now) throws TlsFileException {
        PemFile chain = PemFile.read(files.chain(), CHAIN);
        CertificateWithKey identity = isPkcs12(files, chain)
                ? pkcs12(files.chain(), chain.bytes())
                : new CertificateWithKey(CHAIN + " " + files.chain(), chain.certificates(CHAIN),
                        new PrivateKeyReader(files.key(), password).read());
        if (!CertificateWithKey.belongs(identity.key(), identity.certificate().getPublicKey())) {
            throw new TlsFileException("the key in " + files.key() + " does not belong to the first certificate in "
                    + files.chain() + ": give the key with which it was requested, and that certificate first");
        }
        check(identity.certificates(), now);
        if (role != TlsEngines.Role.WORKER) {
            warnOfOthers(files.key());
            identity.certificates().weakness().ifPresent(warnings);
        }
        return identity;
    }

    /// A worker that replaces another one serves a certificate that has expired meanwhile, like those that run.
    private void check(CertificateChain chain, Instant now) throws TlsFileException {
        if (role == TlsEngines.Role.WORKER && chain.expires().isBefore(now)) {
            warnings.accept(chain.expired() + ", and is served: renew it, and replace the file");
            chain.checkBegin(now);
        } else {
            chain.check(now);
        }
    }

    private void warnOfOthers(Path key) {
        try {
            if (Files.getPosixFilePermissions(key).contains(PosixFilePermission.OTHERS_READ)) {
                warnings.accept(
                        "the private key in " + key + " can be read by every user of this machine: chmod o-r it");
            }
        } catch (UnsupportedOperationException | IOException e) {
            // A system without such permissions, or a file that was just replaced.
            return;
        }
    }

    private CertificateWithKey pkcs12(Path path, byte[] bytes) throws TlsFileException {
        return fromPkcs12(path, bytes, (store, alias, secret) -> identity(path, store.getKey(alias, secret),
                store.getCertificateChain(alias)));
    }

    private CertificateChain chain(Path path, byte[] bytes) throws TlsFileException {
        return fromPkcs12(path, bytes, (store, alias, _) -> store.isKeyEntry(alias)
                ? chain(path, store.getCertificateChain(alias))
                : null);
    }

    private static @Nullable CertificateChain chain(Path path, java.security.cert.Certificate @Nullable [] chain) {
        return chain != null && chain.length > 0
                ? new CertificateChain(PKCS12 + " " + path, Stream.of(chain).map(X509Certificate.class::cast).toList())
                : null;
    }

    /// Takes what is wanted of an entry of a PKCS#12 file.
    private interface Entry<T> {
        @Nullable T of(KeyStore store, String alias, char[] secret) throws GeneralSecurityException;
    }

    private <T> T fromPkcs12(Path path, byte[] bytes, Entry<T> wanted) throws TlsFileException {
        if (bytes.length == 0 || bytes[0] != 0x30) {
            throw new TlsFileException(CHAIN + " " + path + " is neither PEM nor PKCS#12: give a file that has a line"
                    + " -----BEGIN CERTIFICATE-----");
        }
        String secret = password.orElseThrow(() -> new TlsFileException(
                PKCS12 + " " + path + " needs a password, and none was given: give the file with its password"));
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(bytes), secret.toCharArray());
            for (String alias : Collections.list(store.aliases())) {
                T found = wanted.of(store, alias, secret.toCharArray());
                if (found != null) {
                    return found;
                }
            }
        } catch (IOException e) {
            throw new TlsFileException(PKCS12 + " " + path + (e.getCause() instanceof UnrecoverableKeyException
                    ? " cannot be opened with this password: check it"
                    : " cannot be read (" + e.getMessage() + "): give a PKCS#12 or a PEM file"), e);
        } catch (GeneralSecurityException e) {
            throw new TlsFileException(PKCS12 + " " + path + " cannot be used: " + e.getMessage(), e);
        }
        throw new TlsFileException(PKCS12 + " " + path + " has no private key with a certificate: export both into it");
    }

    private static @Nullable CertificateWithKey identity(Path path, @Nullable Key key,
            java.security.cert.Certificate @Nullable [] chain) {
        CertificateChain whole = chain(path, chain);
        return key instanceof PrivateKey own && whole != null
                ? new CertificateWithKey(whole.source(), whole.certificates(), own)
                : null;
    }
}
