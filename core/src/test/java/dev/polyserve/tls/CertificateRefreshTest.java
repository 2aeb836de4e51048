package dev.polyserve.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Tls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// When files of certificates are read again, and what is said of those that expire.
class CertificateRefreshTest {
    @TempDir
    Path directory;

    private final List<String> warnings = new ArrayList<>();
    private OpenSsl openSsl = new OpenSsl(Path.of(""));

    @BeforeEach
    void twoCertificates() throws Exception {
        openSsl = OpenSsl.in(directory);
        openSsl.certificate("old", "old.example");
        openSsl.certificate("new", "new.example");
    }

    private TlsEngines engines(String certificate, String key) throws TlsFileException {
        return TlsEngines.of(Tls.server(openSsl.file(certificate), openSsl.file(key)), List.of(), warnings::add);
    }

    private static String served(TlsEngines engines) throws Exception {
        SSLEngine client = new EnginePair(EnginePair.client("a.example"), engines.engine()).handshake().client();
        return ((X509Certificate) client.getSession().getPeerCertificates()[0]).getSubjectX500Principal().getName();
    }

    private void copy(String from, String to) throws Exception {
        Path path = Files.writeString(openSsl.file(to), Files.readString(openSsl.file(from)));
        // A file system may count in whole seconds.
        Files.setLastModifiedTime(path, FileTime.from(Instant.now().plusSeconds(warnings.size() + 5)));
    }

    @Test
    void changedFilesAreReadWhenTheyAreTheSameTwice() throws Exception {
        TlsEngines engines = engines("old.crt", "old.key");
        assertThat(engines.refresh()).isFalse();
        copy("new.crt", "old.crt");
        assertThat(engines.refresh()).isFalse();
        copy("new.key", "old.key");
        assertThat(engines.refresh()).isFalse();
        assertThat(served(engines)).isEqualTo("CN=old.example");
        assertThat(engines.refresh()).isTrue();
        assertThat(served(engines)).isEqualTo("CN=new.example");
        assertThat(engines.refresh()).isFalse();
        assertThat(warnings).isEmpty();
    }

    @Test
    void aPairThatDoesNotFitChangesNothingAndIsSaidOnce() throws Exception {
        TlsEngines engines = engines("old.crt", "old.key");
        copy("new.crt", "old.crt");
        for (int i = 0; i < 4; i++) {
            assertThat(engines.refresh()).isFalse();
        }
        assertThat(served(engines)).isEqualTo("CN=old.example");
        assertThat(warnings).singleElement().asString().startsWith("the certificates stay as they were: ")
                .contains("does not belong");
        Files.delete(openSsl.file("old.key"));
        engines.refresh();
        engines.refresh();
        assertThat(served(engines)).isEqualTo("CN=old.example");
        assertThat(warnings).hasSize(2);
        copy("new.key", "old.key");
        engines.refresh();
        assertThat(engines.refresh()).isTrue();
        assertThat(served(engines)).isEqualTo("CN=new.example");
    }

    @Test
    void aSymbolicLinkThatLeadsElsewhereIsAChange() throws Exception {
        Path current = openSsl.file("current");
        for (String name : List.of("old", "new")) {
            Path version = Files.createDirectory(openSsl.file("version-" + name));
            FileTime same = FileTime.from(Instant.EPOCH);
            for (String end : List.of(".crt", ".key")) {
                Files.setLastModifiedTime(Files.copy(openSsl.file(name + end), version.resolve("own" + end)), same);
            }
        }
        Files.createSymbolicLink(current, openSsl.file("version-old"));
        TlsEngines engines = engines("current/own.crt", "current/own.key");
        assertThat(served(engines)).isEqualTo("CN=old.example");
        Files.delete(current);
        Files.createSymbolicLink(current, openSsl.file("version-new"));
        assertThat(engines.refresh()).isFalse();
        assertThat(engines.refresh()).isTrue();
        assertThat(served(engines)).isEqualTo("CN=new.example");
    }

    @Test
    void expiryIsWarnedOfOnceADayFromFourteenDaysBefore() throws Exception {
        TlsEngines engines = engines("old.crt", "old.key");
        Instant expires = engines.expires().orElseThrow();
        engines.refresh(expires.minus(Duration.ofDays(14)).minusSeconds(1));
        assertThat(warnings).isEmpty();
        Instant first = expires.minus(Duration.ofDays(14)).plusSeconds(1);
        engines.refresh(first);
        engines.refresh(first.plusSeconds(60));
        assertThat(warnings).singleElement().asString().contains("old.crt", "expires at " + expires, "renew");
        engines.refresh(first.plus(Duration.ofDays(1)));
        engines.refresh(expires.plusSeconds(1));
        assertThat(warnings).hasSize(3).last().asString().contains("has expired at");
    }
}
