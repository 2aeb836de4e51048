package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The client of `connect` with TLS, against a server socket of the JDK.
class ConnectTlsTest {
    @TempDir
    static Path directory;

    private static CertificateTool certificates = new CertificateTool(Path.of(""));

    @BeforeAll
    static void certificates() throws Exception {
        certificates = new CertificateTool(directory);
        certificates.create("server", "localhost");
        certificates.create("client", "client.example");
    }

    /// A server that reads to the end of input, and then sends what it has read.
    ///
    /// @param listener its listener
    /// @param received what it received
    private record Server(SSLServerSocket listener, FutureTask<String> received) implements AutoCloseable {
        private static SSLContext context() throws Exception {
            KeyStore store = certificates.keyStore("server");
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, CertificateTool.PASSWORD.toCharArray());
            TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trusted.init(certificates.keyStore("client"));
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trusted.getTrustManagers(), null);
            return context;
        }

        static Server start(String... alpn) throws Exception {
            var listener = (SSLServerSocket) context().getServerSocketFactory().createServerSocket(0, 5,
                    InetAddress.getLoopbackAddress());
            var parameters = listener.getSSLParameters();
            parameters.setApplicationProtocols(alpn);
            parameters.setWantClientAuth(true);
            listener.setSSLParameters(parameters);
            Callable<String> serve = () -> {
                try (SSLSocket client = (SSLSocket) listener.accept()) {
                    InputStream in = client.getInputStream();
                    byte[] all = in.readAllBytes();
                    client.getOutputStream().write(all);
                    return new String(all, StandardCharsets.UTF_8) + " by " + peer(client);
                }
            };
            var received = new FutureTask<>(serve);
            Thread.ofPlatform().daemon().start(received);
            return new Server(listener, received);
        }

        private static String peer(SSLSocket client) {
            try {
                return client.getSession().getPeerPrincipal().getName();
            } catch (javax.net.ssl.SSLPeerUnverifiedException e) {
                return "unknown";
            }
        }

        String endpoint() {
            return "tls://localhost:" + listener.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }

    private static String pem(String name) {
        return directory.resolve(name + ".crt").toString();
    }

    private static Cli.Finished run(String... arguments) {
        return Cli.run("hello".getBytes(StandardCharsets.UTF_8), arguments);
    }

    @Test
    void halfClosesAndSaysWhatWasNegotiated() throws Exception {
        try (Server server = Server.start("smtp", "imap")) {
            Cli.Finished run = run("connect", server.endpoint(), "--ca", pem("server"), "--alpn", "pop3,imap");
            assertThat(run.err()).startsWith("polyserve: TLSv1.3 TLS_")
                    .contains("ALPN imap", "certificate of CN=localhost")
                    .hasLineCount(1);
            assertThat(run.out()).isEqualTo("hello");
            assertThat(run.status()).isZero();
            assertThat(server.received.get(10, TimeUnit.SECONDS)).isEqualTo("hello by unknown");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void anEndWithoutCloseNotifyIsAnError(String protocol) throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Callable<String> serve = () -> endsWithoutCloseNotify(listener, protocol);
            var received = new FutureTask<>(serve);
            Thread.ofPlatform().daemon().start(received);
            Cli.Finished run = run("connect", "tls://localhost:" + listener.getLocalPort(), "--ca", pem("server"));
            assertThat(received.get(10, TimeUnit.SECONDS)).isEqualTo("hello");
            assertThat(run.out()).isEqualTo("answer");
            assertThat(run.err()).contains("without close_notify, so data may be missing");
            assertThat(run.status()).isEqualTo(1);
        }
    }

    private static String endsWithoutCloseNotify(ServerSocket listener, String protocol) throws Exception {
        try (Socket below = listener.accept();
                SSLSocket client = (SSLSocket) Server.context().getSocketFactory().createSocket(below,
                        (InputStream) null, false)) {
            client.setEnabledProtocols(new String[]{protocol});
            byte[] request = client.getInputStream().readNBytes("hello".length());
            client.getOutputStream().write("answer".getBytes(StandardCharsets.UTF_8));
            below.shutdownOutput();
            below.getInputStream().readAllBytes(); // so that no reset overtakes the end
            return new String(request, StandardCharsets.UTF_8);
        }
    }

    @Test
    void aClientCertificateIsShown() throws Exception {
        try (Server server = Server.start()) {
            Cli.Finished run = run("connect", server.endpoint(), "--ca", pem("server"), "--cert", pem("client"),
                    "--key",
                    certificates.pemKey("client").toString());
            assertThat(run.err()).hasLineCount(1);
            assertThat(server.received.get(10, TimeUnit.SECONDS)).isEqualTo("hello by CN=client.example");
        }
    }

    @Test
    void anUnknownAuthorityIsRefusedUnlessInsecure() throws Exception {
        try (Server server = Server.start()) {
            Cli.Finished run = run("connect", server.endpoint());
            assertThat(run.err()).startsWith("polyserve: cannot connect to tls://localhost:")
                    .contains("--ca FILE", "--insecure")
                    .hasLineCount(1);
            assertThat(run.status()).isEqualTo(1);
        }
        try (Server server = Server.start()) {
            Cli.Finished run = run("connect", server.endpoint(), "--insecure");
            assertThat(run.err()).contains("NOT CHECKED").hasLineCount(1);
            assertThat(run.out()).isEqualTo("hello");
        }
    }

    @Test
    void aCertificateForAnotherNameIsRefused() throws Exception {
        try (Server server = Server.start()) {
            Cli.Finished run = run("connect", server.endpoint(), "--ca", pem("server"), "--server-name",
                    "other.example");
            assertThat(run.err()).contains("is not for other.example", "--server-name").hasLineCount(1);
            assertThat(run.status()).isEqualTo(1);
        }
        try (Server server = Server.start()) {
            String byAddress = "tls://127.0.0.1:" + server.listener.getLocalPort();
            Cli.Finished run = run("connect", byAddress, "--ca", pem("server"), "--server-name", "localhost");
            assertThat(run.out()).isEqualTo("hello");
        }
    }

    @Test
    void noCommonApplicationProtocolIsOneSentence() throws Exception {
        try (Server server = Server.start("smtp")) {
            Cli.Finished run = run("connect", server.endpoint(), "--ca", pem("server"), "--alpn", "imap");
            assertThat(run.err()).contains("none of the application protocols imap").hasLineCount(1);
        }
    }

    @Test
    void aServerWithoutTlsIsOneSentence() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            var greeted = new FutureTask<>(() -> {
                Socket client = listener.accept();
                client.getOutputStream().write("welcome\r\n".getBytes(StandardCharsets.US_ASCII));
                return client;
            });
            Thread.ofVirtual().start(greeted);
            Cli.Finished run = run("connect", "tls://127.0.0.1:" + listener.getLocalPort());
            try (Socket _ = greeted.get(20, TimeUnit.SECONDS)) {
                assertThat(run.err()).contains("does not speak TLS").hasLineCount(1);
                assertThat(run.status()).isEqualTo(1);
            }
        }
    }

    @Test
    void aServerThatEndsTheHandshakeIsOneSentence() throws Exception {
        for (int linger : new int[]{-1, 0}) { // the end of input, and a reset
            try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
                var ended = new FutureTask<Void>(() -> {
                    try (Socket client = listener.accept()) {
                        client.setSoLinger(linger >= 0, Math.max(linger, 0));
                        assertThat(client.getInputStream().read()).isPositive();
                        int left = client.getInputStream().available();
                        assertThat(client.getInputStream().readNBytes(linger < 0 ? left : 0)).hasSizeBetween(0, left);
                    }
                    return null;
                });
                Thread.ofVirtual().start(ended);
                Cli.Finished run = run("connect", "tls://127.0.0.1:" + listener.getLocalPort());
                assertThat(run.err()).contains("the server ended the connection during the TLS handshake")
                        .hasLineCount(1);
                assertThat(run.status()).isEqualTo(1);
                ended.get(20, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void optionsThatDoNotFitAreRefused() throws Exception {
        refuses("--ca is for TLS", "connect", "tcp://localhost:1", "--ca", "x");
        refuses("belong together", "connect", "tls://localhost:1", "--cert", "x");
        refuses("leave one out", "connect", "tls://localhost:1", "--ca", "x", "--insecure");
        refuses("does not exist", "connect", "tls://localhost:1", "--ca", directory.resolve("none").toString());
        refuses("a name is empty", "connect", "tls://localhost:1", "--alpn", "a,");
        Path text = Files.writeString(directory.resolve("text"), "text");
        refuses("no certificate", "connect", "tls://localhost:1", "--ca", text.toString());
    }

    private static void refuses(String why, String... arguments) {
        Cli.Finished run = Cli.run(arguments);
        assertThat(run.err()).contains(why).hasLineCount(1);
        assertThat(run.status()).isEqualTo(2);
    }
}
