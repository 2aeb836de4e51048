package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Servers of `serve` with TLS, with the program's own client.
class ServeTlsTest {
    @TempDir
    static Path directory;

    private static CertificateTool certificates = new CertificateTool(Path.of(""));

    @BeforeAll
    static void certificates() throws Exception {
        certificates = new CertificateTool(directory);
        certificates.create("server", "localhost");
        certificates.create("other", "other.example");
    }

    private static List<String> pair(String name) {
        return List.of("--tls-cert", certificates.pemCertificate(name).toString(), "--tls-key",
                certificates.pemKey(name).toString());
    }

    private static Cli serve(List<String> tls, String... arguments) throws Exception {
        var all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--listen", "tls://127.0.0.1:0"));
        all.addAll(tls);
        return Cli.serve(all.toArray(String[]::new));
    }

    private static Cli.Finished connect(Cli server, String... options) throws Exception {
        var all = new ArrayList<>(List.of("connect", "tls://127.0.0.1:" + server.port(), "--server-name",
                "localhost"));
        all.addAll(List.of(options));
        return Cli.run("hello\n".getBytes(StandardCharsets.UTF_8), all.toArray(String[]::new));
    }

    private static String authority(String name) {
        return certificates.pemCertificate(name).toString();
    }

    @Test
    void theReadyLineAndTheAccessLineNameTls() throws Exception {
        try (Cli server = serve(pair("server"), "upper", "--tls-alpn", "smtp,imap")) {
            assertThat(server.out.text()).contains(" on tls://127.0.0.1:");
            Cli.Finished run = connect(server, "--ca", authority("server"), "--alpn", "imap");
            assertThat(run.out()).isEqualTo("HELLO\n");
            assertThat(server.err.awaitContaining("closed #1")).contains("TLSv1.3 TLS_", " sni localhost alpn imap");
        }
    }

    @Test
    void aFailedHandshakeHasAnAccessLine() throws Exception {
        try (Cli server = serve(pair("server"), "echo");
                Socket plain = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            plain.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(server.err.awaitContaining("closed #1")).contains(" failed by server, in 0 B, out 0 B, ");
            assertThat(server.err.awaitContaining(" failed: plain text arrived")).contains("the TLS of #1 ");
        }
    }

    @Test
    void aClientThatOnlyConnectsHasAnAccessLine() throws Exception {
        try (Cli server = serve(pair("server"), "echo")) {
            new Socket(InetAddress.getLoopbackAddress(), server.port()).close();
            assertThat(server.err.awaitContaining("closed #1")).contains(" reset by client, in 0 B, out 0 B, ");
            assertThat(server.err.text()).doesNotContain("the TLS of");
        }
    }

    @Test
    void theAccessLineAsJson() throws Exception {
        try (Cli server = serve(pair("server"), "echo", "--log-format", "json")) {
            assertThat(connect(server, "--ca", authority("server")).out()).isEqualTo("hello\n");
            assertThat(server.err.awaitContaining("\"event\":\"closed\"")).contains("\"tls\":\"TLSv1.3\"",
                    "\"cipher\":\"TLS_", "\"sni\":\"localhost\"").doesNotContain("\"alpn\"");
        }
    }

    @Test
    void aSelfSignedCertificateIsSaidLoudly() throws Exception {
        try (Cli server = serve(List.of("--tls-self-signed"), "echo")) {
            assertThat(server.err.awaitContaining("NOT FOR PRODUCTION")).contains("fingerprint");
            assertThat(connect(server, "--insecure").out()).isEqualTo("hello\n");
        }
    }

    @Test
    void clientCertificatesAreChecked() throws Exception {
        var needed = new ArrayList<>(pair("server"));
        needed.addAll(List.of("--tls-client-ca", authority("other")));
        try (Cli server = serve(needed, "echo")) {
            assertThat(connect(server, "--ca", authority("server"), "--cert", authority("other"), "--key",
                    certificates.pemKey("other").toString()).out()).isEqualTo("hello\n");
            assertThat(connect(server, "--ca", authority("server")).status()).isEqualTo(1);
        }
    }

    @Test
    void aProgramIsServedThroughPipes() throws Exception {
        try (Cli server = serve(pair("server"), "exec", "cat")) {
            assertThat(connect(server, "--ca", authority("server")).out()).isEqualTo("hello\n");
        }
    }

    @Test
    void certificatesAreChosenByName() throws Exception {
        var both = new ArrayList<>(pair("other"));
        both.addAll(pair("server"));
        try (Cli server = serve(both, "echo")) {
            assertThat(connect(server, "--ca", authority("server")).out()).isEqualTo("hello\n");
        }
    }

    @Test
    void aHandlerOfTheUserBeginsTlsItself() throws Exception {
        ServeLogTest.compile(directory, "Starts", """
                public class Starts implements dev.polyserve.Handler {
                    public void handle(dev.polyserve.Connection c) throws Exception {
                        c.writeLine("begin");
                        c.startTls();
                        c.writeLine(c.info().tls().orElseThrow().protocol());
                    }
                }
                """);
        var arguments = new ArrayList<>(List.of("--handler", "Starts", "--class-path", directory.toString()));
        arguments.addAll(pair("server"));
        try (Cli server = Cli.serve(arguments.toArray(String[]::new));
                Socket plain = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            assertThat(plain.getInputStream().readNBytes("begin\n".length())).isEqualTo("begin\n".getBytes(
                    StandardCharsets.US_ASCII));
            try (Socket secure = trusting("server").getSocketFactory().createSocket(plain, "localhost",
                    server.port(), true)) {
                assertThat(new String(secure.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                        .isEqualTo("TLSv1.3\n");
            }
        }
    }

    private static SSLContext trusting(String name) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (InputStream in = Files.newInputStream(certificates.pemCertificate(name))) {
            trusted.setCertificateEntry(name, CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }

    @Test
    void whatCannotBeUsedEndsTheStart() throws Exception {
        String mixed = certificates.pemKey("other").toString();
        refuses("does not belong", "--tls-cert", authority("server"), "--tls-key", mixed);
        refuses("does not exist", "--tls-cert", authority("server"), "--tls-key", directory.resolve("none").toString());
        refuses("this password", "--tls-cert", certificates.pkcs12("server").toString(), "--tls-password-file",
                Files.writeString(directory.resolve("wrong"), "wrong\n").toString());
        refuses("needs a certificate");
        certificates.create("old", -5, "old.example");
        refuses("expired at", "--tls-cert", authority("old"), "--tls-key", certificates.pemKey("old").toString());
    }

    private static void refuses(String why, String... options) {
        var all = new ArrayList<>(List.of("serve", "--listen", "tls://127.0.0.1:0"));
        all.addAll(List.of(options));
        Cli.Finished run = Cli.run(all.toArray(String[]::new));
        assertThat(run.err()).contains(why).hasLineCount(1);
        assertThat(run.status()).isEqualTo(2);
    }

    @Test
    void aKeyThatOthersMayReadIsAWarning() throws Exception {
        certificates.create("open", "open.example");
        Files.setPosixFilePermissions(certificates.pemKey("open"), PosixFilePermissions.fromString("rw-r--r--"));
        try (Cli server = serve(pair("open"), "echo")) {
            assertThat(server.err.awaitContaining("every user")).contains("open.key");
        }
    }
}
