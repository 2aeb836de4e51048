package dev.polyserve.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Server;
import dev.polyserve.Tls;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs the snippets of `docs/guide/tls.md`.
class TlsGuideTest {
    private static final String PASSWORD = "correct horse";
    private static final int TIMEOUT_SECONDS = 60;

    @TempDir
    Path directory;

    private KeyStore keyStore() throws Exception {
        Path file = directory.resolve("server.p12");
        Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair", "-alias", "own", "-keyalg", "EC", "-dname", "CN=localhost", "-ext", "san=dns:localhost",
                "-keystore", file.toString(), "-storepass", PASSWORD).inheritIO().start();
        assertThat(keytool.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(file)) {
            store.load(in, PASSWORD.toCharArray());
        }
        return store;
    }

    private Path pem(String name, String label, byte[] der) throws Exception {
        return Files.writeString(directory.resolve(name), "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label + "-----\n");
    }

    private static SSLContext trusting(KeyStore store) throws Exception {
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trusted.getTrustManagers(), null);
        return context;
    }

    @Test
    void aServerWithACertificate() throws Exception {
        KeyStore store = keyStore();
        Path certificates = pem("server.pem", "CERTIFICATE", store.getCertificate("own").getEncoded());
        Path key = pem("server.key", "PRIVATE KEY", store.getKey("own", PASSWORD.toCharArray()).getEncoded());
        String endpoint = "tls://127.0.0.1:0";
        // region tls
        Server server = Server.at(endpoint)
                .tls(Tls.server(certificates, key).withMinimumVersion("1.3"))
                .handle(client -> client.writeLine("you speak " + client.info().tls().orElseThrow().protocol()))
                .start();
        // endregion
        try (server;
                SSLSocket client = (SSLSocket) trusting(store).getSocketFactory()
                        .createSocket(InetAddress.getLoopbackAddress(), server.port());
                var lines = new BufferedReader(
                        new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(lines.readLine()).isEqualTo("you speak TLSv1.3");
            assertThat(lines.readLine()).isNull();
        }
    }
}
