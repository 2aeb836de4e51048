package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.polyserve.Client;
import dev.polyserve.Tls;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// Outgoing connections with TLS: whose certificates are trusted, and how a handshake fails.
abstract class OutgoingTlsContractTests extends GatewayContractTests {
    @Test
    void shouldKnowTheTlsOfAServer() throws Exception {
        TestService service = gateway((client, upstream) -> {
            var tls = upstream.info().tls().orElseThrow();
            client.writeLine(
                    tls.protocol() + " " + tls.peerCertificates().size() + " " + client.info().tls().isPresent());
        });
        try (ServerFixture fixture = serve(service);
                TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TLS);
                TestClient client = fixture.connect()) {
            client.send(upstream.endpoint() + "\n");
            try (TestClient server = upstream.accept()) {
                assertEquals("TLSv1.3 1 " + cell().isTls(), client.line());
                assertEquals("", server.textToTheEnd());
            }
        }
    }

    @Test
    void shouldRefuseAServerWhoseCertificateHasAnotherName() throws Exception {
        assertRefuses(to -> to.withTls(Tls.client(TestCertificate.CONTEXT).withServerName("other.example")),
                "the server's certificate is not for other.example; ");
    }

    @Test
    void shouldRefuseAServerWhoseCertificateIsNotTrusted() throws Exception {
        assertRefuses(to -> to, "the server's certificate is not signed by an authority that is trusted here; ");
    }

    private void assertRefuses(UnaryOperator<Client> with, String why) throws Exception {
        try (ServerFixture fixture = serve(openGateway(with, OutgoingContractTests::forwardLines));
                TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TLS);
                TestClient client = fixture.connect()) {
            client.send(upstream.endpoint() + "\n");
            try (TestClient server = upstream.accept()) {
                String said = client.textToTheEnd();
                assertTrue(said.startsWith("cannot connect to " + upstream.endpoint() + ": " + why), said);
                server.awaitClosed();
            }
            assertEquals(done(false), fixture.events.nextCause());
        }
    }

    @Test
    void shouldSayThatAServerEndsTheHandshake() throws Exception {
        try (ServerFixture fixture = serve(gateway(OutgoingContractTests::forwardLines));
                TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TCP);
                TestClient client = fixture.connect()) {
            client.send("tls://127.0.0.1:" + upstream.port() + "\n");
            upstream.accept().close();
            String said = client.textToTheEnd();
            assertTrue(said.contains(": the server ended the connection during the TLS handshake"), said);
        }
    }

    @Test
    void shouldGiveUpAServerThatIsSilentInTheHandshake() throws Exception {
        TestService service = openGateway(
                to -> to.withOptions(options -> options.withTimeouts(times -> times.withTlsHandshake(SHORT))),
                OutgoingContractTests::forwardLines);
        try (ServerFixture fixture = serve(service);
                TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TCP);
                TestClient client = fixture.connect()) {
            client.send("tls://127.0.0.1:" + upstream.port() + "\n");
            try (TestClient server = upstream.accept()) {
                String said = client.textToTheEnd();
                assertTrue(said.contains(": the TLS handshake took too long; "), said);
                server.awaitClosed();
            }
        }
    }
}
