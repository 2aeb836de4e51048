package dev.polyserve.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Client;
import dev.polyserve.Connection;
import dev.polyserve.Endpoint;
import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.Tls;
import dev.polyserve.TlsInfo;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a client trusts and asks for, and how it proves its own identity, with certificates of a real program.
@Timeout(60)
class ClientTlsTest {
    @TempDir
    static Path directory = Path.of("");
    private static @Nullable OpenSsl made;

    @BeforeAll
    static void makeCertificates() throws Exception {
        OpenSsl openssl = OpenSsl.in(directory);
        openssl.certificate("server", "localhost", "*.wild.example");
        openssl.certificate("other", "localhost");
        openssl.certificate("client", "client.example");
        made = openssl;
    }

    private static Path file(String name) {
        return Objects.requireNonNull(made).file(name);
    }

    private static Tls ofServer() {
        return Tls.server(file("server.crt"), file("server.key"));
    }

    private static Tls trusting() {
        return Tls.client().withAuthorities(file("server.crt"));
    }

    /// Says what was negotiated, and echoes lines.
    private static Server serve(Tls tls) throws IOException {
        return Server.at("tls://localhost:0").tls(tls).model(Model.virtual()).handle(client -> {
            TlsInfo info = client.info().tls().orElseThrow();
            client.writeLine(
                    info.serverName().orElse("no name") + " " + info.applicationProtocol().orElse("no protocol")
                            + " " + info.peerCertificates().size());
            for (String line; (line = client.readLine()) != null;) {
                client.writeLine(line);
            }
        }).start();
    }

    /// The server's address by its name, as the certificate has it.
    private static Client to(Server server) {
        Endpoint.Tls at = (Endpoint.Tls) server.endpoints().getFirst();
        return Client.to("tls://localhost:" + at.port()).withTls(trusting());
    }

    private static String greeting(Client client) throws IOException {
        try (Connection connection = client.connect()) {
            return String.valueOf(connection.readLine());
        }
    }

    @Test
    void shouldTrustAnAuthorityOfItsOwn() throws Exception {
        try (Server server = serve(ofServer()); Connection connection = to(server).connect()) {
            assertThat(connection.readLine()).isEqualTo("localhost no protocol 0");
            connection.writeLine("hello");
            assertThat(connection.readLine()).isEqualTo("hello");
            TlsInfo info = connection.info().tls().orElseThrow();
            assertThat(info.protocol()).isEqualTo("TLSv1.3");
            assertThat(info.peerCertificates()).hasSize(1);
            connection.end();
            assertThat(connection.readLine()).isNull();
        }
    }

    @Test
    void shouldRefuseAnAuthorityThatItDoesNotTrust() throws Exception {
        try (Server server = serve(ofServer())) {
            assertThatThrownBy(to(server).withTls(Tls.client())::connect).isInstanceOf(ConnectException.class)
                    .hasMessageContaining(
                            ": the server's certificate is not signed by an authority that is trusted here; ");
            assertThatThrownBy(to(server).withTls(Tls.client().withAuthorities(file("other.crt")))::connect)
                    .isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void shouldCompareTheNameOfTheServer() throws Exception {
        try (Server server = serve(ofServer())) {
            assertThatThrownBy(to(server).withTls(trusting().withServerName("wild.example"))::connect)
                    .isInstanceOf(ConnectException.class)
                    .hasMessageContaining(": the server's certificate is not for wild.example; ");
            assertThat(greeting(to(server).withTls(trusting().withServerName("a.wild.example"))))
                    .isEqualTo("a.wild.example no protocol 0");
            // No name of DNS, so it is not asked for, and no certificate has it.
            assertThatThrownBy(to(server).withTls(trusting().withServerName("_"))::connect)
                    .isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void shouldProveItsOwnIdentity() throws Exception {
        try (Server server = serve(ofServer().withClientCertificatesNeeded(file("client.crt")))) {
            assertThat(greeting(to(server).withTls(
                    trusting().withCertificate(file("client.crt"), file("client.key")))))
                    .isEqualTo("localhost no protocol 1");
        }
    }

    @Test
    void shouldNoticeThatItNeedsACertificate() throws Exception {
        try (Server server = serve(ofServer().withClientCertificatesNeeded(file("client.crt")))) {
            // With TLS 1.3 the client's handshake is complete before the server has looked at its certificate.
            assertThatThrownBy(() -> greeting(to(server))).isInstanceOf(IOException.class);
        }
    }

    @Test
    void shouldAgreeOnAProtocol() throws Exception {
        try (Server server = serve(ofServer().withAlpn("b", "a"))) {
            Client client = to(server).withTls(trusting().withAlpn("a", "c"));
            try (Connection connection = client.connect()) {
                assertThat(connection.readLine()).isEqualTo("localhost a 0");
                assertThat(connection.info().tls().orElseThrow().applicationProtocol()).contains("a");
            }
            assertThatThrownBy(client.withTls(trusting().withAlpn("c"))::connect).isInstanceOf(ConnectException.class)
                    .hasMessageContaining(": the server speaks none of the application protocols; ");
        }
    }

    @Test
    void shouldConnectFromAHandler() throws Exception {
        try (Server server = serve(ofServer());
                Server gateway = Server.at("tcp://127.0.0.1:0").model(Model.nio()).handle(client -> {
                    try (Connection upstream = client.connect(to(server))) {
                        client.writeLine("upstream: " + upstream.readLine());
                    }
                }).start();
                Connection client = Client.to(gateway.endpoints().getFirst()).connect()) {
            assertThat(client.readLine()).isEqualTo("upstream: localhost no protocol 0");
        }
    }

    @Test
    void shouldNameTheFileThatItCannotUse() throws Exception {
        Path wrong = Files.writeString(directory.resolve("wrong.pem"), "nothing\n");
        try (Server server = serve(ofServer())) {
            assertThatThrownBy(to(server).withTls(Tls.client().withAuthorities(wrong))::connect)
                    .isInstanceOf(ConnectException.class).hasMessageContaining(wrong.toString());
        }
    }

    @Test
    void shouldTellBothSidesApart() {
        Tls ofClient = Tls.client();
        Tls ofServer = ofServer();
        assertThatThrownBy(() -> Server.at("tls://127.0.0.1:0").tls(ofClient))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Client.to("tls://127.0.0.1:1").withTls(ofServer))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ofServer.withServerName("x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ofClient.withClientCertificatesNeeded(file("client.crt")))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
