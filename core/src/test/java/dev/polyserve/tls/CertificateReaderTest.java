package dev.polyserve.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Tls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which files of certificates and keys are read, and what is said about the others.
class CertificateReaderTest {
    private static final String PASSWORD = "correct horse";

    @TempDir
    Path directory;

    private final List<String> warnings = new ArrayList<>();
    private OpenSsl openSsl = new OpenSsl(Path.of(""));

    @BeforeEach
    void program() {
        openSsl = OpenSsl.in(directory);
    }

    private CertificateWithKey read(String certificate, String key, Optional<String> password) throws TlsFileException {
        return read(certificate, key, password, Instant.now());
    }

    private CertificateWithKey read(String certificate, String key, Optional<String> password, Instant now)
            throws TlsFileException {
        return new CertificateReader(password, warnings::add)
                .read(new Tls.CertificateFiles(openSsl.file(certificate), openSsl.file(key)), now);
    }

    private void refuses(String certificate, String key, String... parts) {
        assertThatThrownBy(() -> read(certificate, key, Optional.of(PASSWORD))).isInstanceOf(TlsFileException.class)
                .hasMessageContainingAll(parts).message().doesNotContain("\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "ec | req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-384 -nodes -subj /CN=a -keyout k -out c",
        "rsa | req -x509 -newkey rsa:2048 -nodes -subj /CN=a -keyout k -out c",
        "ed25519 | req -x509 -newkey ed25519 -nodes -subj /CN=a -keyout k -out c",
        "rsa-pss | req -x509 -newkey rsa-pss -nodes -subj /CN=a -keyout k -out c"})
    void readsPkcs8(String name, String command) throws Exception {
        Files.writeString(openSsl.file("p"), PASSWORD);
        openSsl.run(command);
        assertThat(Files.readString(openSsl.file("k"))).as(name).contains("PRIVATE KEY");
        assertThat(read("c", "k", Optional.of(PASSWORD)).chain()).hasSize(1);
        assertThat(warnings).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "RSA PRIVATE KEY | req -x509 -newkey rsa:2048 -nodes -subj /CN=a -keyout k8 -out c | rsa -traditional -in k8 -out k",
        "EC PRIVATE KEY | req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-521 -nodes -subj /CN=a -keyout k8 -out c"
                + " | ec -in k8 -out k",
        "ENCRYPTED PRIVATE KEY | req -x509 -newkey rsa:2048 -nodes -subj /CN=a -keyout k8 -out c"
                + " | pkcs8 -topk8 -v2 aes-128-cbc -v2prf hmacWithSHA512 -passout file:p -in k8 -out k"})
    void readsOtherForms(String label, String create, String convert) throws Exception {
        Files.writeString(openSsl.file("p"), PASSWORD);
        openSsl.run(create);
        openSsl.run(convert);
        assertThat(Files.readString(openSsl.file("k"))).contains("-----BEGIN " + label);
        assertThat(read("c", "k", Optional.of(PASSWORD)).certificate()).isNotNull();
    }

    @Test
    void readsPkcs12WithItsPassword() throws Exception {
        openSsl.certificate("a", "a.example");
        Files.writeString(openSsl.file("p"), PASSWORD);
        openSsl.run("pkcs12 -export -in a.crt -inkey a.key -out a.p12 -passout file:p");
        assertThat(read("a.p12", "a.p12", Optional.of(PASSWORD)).names()).containsExactly("a.example");
        assertThatThrownBy(() -> read("a.p12", "a.p12", Optional.of("wrong")))
                .hasMessageContainingAll("a.p12", "this password");
        assertThatThrownBy(() -> read("a.p12", "a.p12", Optional.empty()))
                .hasMessageContainingAll("a.p12", "needs a password");
    }

    @Test
    void readsACertificateAndItsKeyFromOneFile() throws Exception {
        openSsl.certificate("a", "a.example");
        Files.writeString(openSsl.file("both"), Files.readString(openSsl.file("a.crt"))
                + Files.readString(openSsl.file("a.key")));
        assertThat(read("both", "both", Optional.empty()).chain()).hasSize(1);
    }

    @Test
    void keysThatDoNotFitAreRefused() throws Exception {
        openSsl.certificate("a", "a.example");
        openSsl.certificate("b", "b.example");
        openSsl.run("req -x509 -newkey rsa:2048 -nodes -subj /CN=c -keyout c.key -out c.crt");
        refuses("a.crt", "b.key", "b.key", "a.crt", "does not belong");
        refuses("a.crt", "c.key", "c.key", "does not belong");
        refuses("c.crt", "a.key", "a.key", "does not belong");
    }

    @Test
    void certificatesOutsideTheirTimeAreRefused() throws Exception {
        openSsl.certificate("a", "a.example");
        assertThatThrownBy(() -> read("a.crt", "a.key", Optional.empty(), Instant.now().plus(Duration.ofDays(31))))
                .hasMessageContainingAll("a.crt", "expired at", "renew");
        assertThatThrownBy(() -> read("a.crt", "a.key", Optional.empty(), Instant.now().minus(Duration.ofDays(1))))
                .hasMessageContainingAll("a.crt", "valid only from", "clock");
    }

    @Test
    void aWorkerServesACertificateThatHasExpiredSinceAndSaysSo() throws Exception {
        openSsl.certificate("a", "a.example");
        var files = new Tls.CertificateFiles(openSsl.file("a.crt"), openSsl.file("a.key"));
        var reader = new CertificateReader(Optional.empty(), warnings::add, TlsEngines.Role.WORKER);
        assertThat(reader.read(files, Instant.now().plus(Duration.ofDays(31))).chain()).hasSize(1);
        assertThat(warnings).singleElement().asString().contains("a.crt", "expired at", "is served");
    }

    @Test
    void certificatesAreReadWithoutTheirKeys() throws Exception {
        openSsl.certificate("a", "a.example");
        Files.writeString(openSsl.file("p"), PASSWORD);
        openSsl.run("pkcs12 -export -in a.crt -inkey a.key -out a.p12 -passout file:p");
        var reader = new CertificateReader(Optional.of(PASSWORD), warnings::add, TlsEngines.Role.SUPERVISOR);
        for (String name : new String[]{"a.crt", "a.p12"}) {
            assertThat(reader.readChain(new Tls.CertificateFiles(openSsl.file(name), openSsl.file(name)),
                    Instant.now()).certificates()).hasSize(1);
        }
    }

    @Test
    void aWeakCertificateIsAWarning() throws Exception {
        openSsl.run("req -x509 -newkey rsa:1024 -nodes -subj /CN=weak -keyout weak.key -out weak.crt");
        openSsl.run("req -x509 -newkey rsa:2048 -sha1 -nodes -subj /CN=ca -keyout ca.key -out ca.crt");
        openSsl.run("req -newkey rsa:2048 -nodes -subj /CN=old -keyout old.key -out old.csr");
        openSsl.run("x509 -req -sha1 -in old.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out old.crt");
        for (String key : List.of("weak.key", "ca.key", "old.key")) {
            Files.setPosixFilePermissions(openSsl.file(key), PosixFilePermissions.fromString("rw-------"));
        }
        assertThat(read("weak.crt", "weak.key", Optional.empty()).keyType()).isEqualTo("RSA");
        assertThat(warnings).singleElement().asString().contains("weak.crt", "an RSA key of 1024 bits");
        warnings.clear();
        var supervisor = new CertificateReader(Optional.empty(), warnings::add, TlsEngines.Role.SUPERVISOR);
        assertThat(supervisor.readChain(new Tls.CertificateFiles(openSsl.file("old.crt"), openSsl.file("old.key")),
                Instant.now()).certificates()).hasSize(1);
        assertThat(warnings).singleElement().asString().contains("old.crt", "signed with SHA1withRSA");
        warnings.clear();
        // An authority's signature for itself proves nothing, whatever its algorithm is.
        assertThat(read("ca.crt", "ca.key", Optional.empty()).keyType()).isEqualTo("RSA");
        assertThat(warnings).isEmpty();
    }

    @Test
    void encryptedKeysNeedTheirPassword() throws Exception {
        Files.writeString(openSsl.file("p"), "another one");
        openSsl.run("req -x509 -newkey rsa:2048 -nodes -subj /CN=a -keyout k8 -out c");
        openSsl.run("pkcs8 -topk8 -passout file:p -in k8 -out k");
        refuses("c", "k", "k", "this password");
        assertThatThrownBy(() -> read("c", "k", Optional.empty())).hasMessageContainingAll("k",
                "no password was given");
        openSsl.run("rsa -traditional -aes128 -passout file:p -in k8 -out old");
        openSsl.run("pkcs8 -topk8 -v2 des3 -passout file:p -in k8 -out des");
        refuses("c", "des", "des", "this JDK does not read", "openssl pkcs8 -topk8");
        refuses("c", "old", "old", "encrypted in an old form", "openssl pkcs8 -topk8");
    }

    @Test
    void otherFilesAreRefused() throws Exception {
        openSsl.certificate("a", "a.example");
        Files.writeString(openSsl.file("text"), "nothing");
        openSsl.run("pkey -in a.key -outform DER -out a.der");
        refuses("missing", "a.key", "missing", "does not exist");
        refuses("a.crt", "missing", "the key file", "missing", "does not exist");
        refuses("text", "a.key", "text", "BEGIN CERTIFICATE");
        refuses("text", "text", "text", "neither PEM nor PKCS#12");
        refuses("a.key", "a.key", "a.key", "no certificate", "PRIVATE KEY");
        refuses("a.crt", "a.crt", "a.crt", "no private key");
        refuses("a.crt", "a.der", "a.der", "is not PEM", "openssl pkcs8 -topk8 -nocrypt -inform DER");
        refuses(".", "a.key", "is a directory");
        refuses("/dev/zero", "a.key", "the certificate file /dev/zero is a device, a pipe or a socket");
        refuses("a.crt", "/dev/zero", "the key file /dev/zero is a device, a pipe or a socket");
    }

    @Test
    void damagedFilesAreRefused() throws Exception {
        openSsl.certificate("a", "a.example");
        damage("a.key", "bad.key");
        damage("a.crt", "bad.crt");
        Files.writeString(openSsl.file("odd.key"),
                Files.readString(openSsl.file("a.key")).replace("PRIVATE", "DSA PRIVATE"));
        Files.writeString(openSsl.file("sec1.key"),
                "-----BEGIN EC PRIVATE KEY-----\nMAA=\n-----END EC PRIVATE KEY-----\n");
        refuses("a.crt", "bad.key", "bad.key", "damaged");
        refuses("bad.crt", "a.key", "bad.crt", "damaged");
        refuses("a.crt", "odd.key", "odd.key", "DSA PRIVATE KEY", "openssl pkcs8");
        refuses("a.crt", "sec1.key", "sec1.key", "damaged");
    }

    private void damage(String from, String to) throws IOException {
        String text = Files.readString(openSsl.file(from));
        int middle = text.indexOf('\n') + 1;
        Files.writeString(openSsl.file(to), text.substring(0, middle) + "AAAA" + text.substring(middle + 4));
    }

    @Test
    void aKeyThatOthersMayReadIsAWarning() throws Exception {
        openSsl.certificate("a", "a.example");
        Files.setPosixFilePermissions(openSsl.file("a.key"), PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(read("a.crt", "a.key", Optional.empty()).keyType()).isEqualTo("EC");
        assertThat(warnings).singleElement().asString().contains("a.key", "every user", "chmod");
    }
}
