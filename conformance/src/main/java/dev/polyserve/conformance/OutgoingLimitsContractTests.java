package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.polyserve.Cause;
import dev.polyserve.ConnectionException;
import dev.polyserve.FrameTooLongException;
import dev.polyserve.Limit;
import dev.polyserve.TimedOutException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Outgoing connections that cannot be made, that take too long, and what they tell about the client.
abstract class OutgoingLimitsContractTests extends GatewayContractTests {
    // --- what cannot be connected ---

    @ParameterizedTest
    @EnumSource(TestUpstream.Kind.class)
    void shouldSayInOneSentenceThatNothingListens(TestUpstream.Kind kind) throws Exception {
        try (ServerFixture fixture = serve(gateway(OutgoingContractTests::forwardLines));
                TestClient client = fixture.connect()) {
            String endpoint = TestUpstream.closed(kind);
            client.send(endpoint + "\n");
            String said = client.textToTheEnd();
            assertTrue(said.startsWith("cannot connect to " + endpoint + ": "), said);
            assertTrue(said.contains("; "), () -> "it says what to do: " + said);
            assertEquals(done(false), fixture.events.nextCause());
        }
    }

    @Test
    void shouldGiveUpAServerThatDoesNotAnswer() throws Exception {
        try (ServerFixture fixture = serve(gateway(OutgoingContractTests::forwardLines),
                times(times -> times.withConnect(SHORT)));
                TestUpstream upstream = TestUpstream.full(TestUpstream.Kind.TCP);
                TestClient client = fixture.connect()) {
            client.send(upstream.endpoint() + "\n");
            String said = client.textToTheEnd();
            assertTrue(said.startsWith("cannot connect to " + upstream.endpoint() + ": no answer within "), said);
        }
    }

    @Test
    void shouldWaitForRoomInTheBacklogOfAUnixServer() throws Exception {
        try (ServerFixture fixture = serve(gateway(OutgoingContractTests::forwardLines));
                TestUpstream upstream = TestUpstream.full(TestUpstream.Kind.UNIX);
                TestClient client = fixture.connect()) {
            client.send(upstream.endpoint() + "\nhello\n");
            assertTrue(client.receivesNothingFor(SHORT), "it waits");
            try (TestClient server = afterTheOthers(upstream)) {
                assertEquals("hello", server.line());
                server.send("HELLO\n");
                assertEquals("HELLO", client.line());
            }
        }
    }

    /// The first connection on which something arrives: those that fill the backlog are silent.
    private static TestClient afterTheOthers(TestUpstream upstream) throws IOException {
        while (true) {
            TestClient next = upstream.accept();
            if (!next.receivesNothingFor(SHORT)) {
                return next;
            }
            next.close();
        }
    }

    @Test
    void shouldRefuseAnEndpointWithoutConnections() throws Exception {
        TestService service = new TestService(() -> client -> {
            client.readLine();
            for (String endpoint : new String[]{"udp://127.0.0.1:9", "unixgram:/tmp/none", "fd:3"}) {
                client.writeLine(String
                        .valueOf(assertThrows(IllegalArgumentException.class, () -> client.connect(endpoint))
                                .getMessage())
                        .startsWith("cannot connect to " + endpoint + ": ") ? "refused" : "other");
            }
        }, () -> (_, _) -> {});
        try (ServerFixture fixture = serve(service); TestClient client = fixture.connect()) {
            client.send("\n");
            assertEquals("refused\nrefused\nrefused\n", client.textToTheEnd());
        }
    }

    // --- limits ---

    @Test
    void shouldLimitAWaitAndGoOn() throws Exception {
        TestService service = gateway((client, upstream) -> {
            upstream.readTimeout(SHORT);
            assertThrows(TimedOutException.class, upstream::readLine);
            upstream.readTimeout(null);
            client.writeLine("late");
            client.flush();
            client.writeLine(String.valueOf(upstream.readLine()));
        });
        try (ServerFixture fixture = serve(service);
                TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TCP);
                TestClient client = fixture.connect()) {
            client.send(upstream.endpoint() + "\n");
            try (TestClient server = upstream.accept()) {
                assertEquals("late", client.line());
                server.send("at last\n");
                assertEquals("at last", client.line());
            }
        }
    }

    @Test
    void shouldEndASilentServerAndGoOnWithTheClient() throws Exception {
        TestService service = gateway((client, upstream) -> {
            try {
                upstream.readLine();
            } catch (ConnectionException e) {
                client.writeLine(e.reason().phrase());
            }
        });
        try (ServerFixture fixture = serve(service, times(times -> times.withIdle(SHORT)));
                TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TCP);
                TestClient client = fixture.connect()) {
            client.send(upstream.endpoint() + "\n");
            try (TestClient server = upstream.accept()) {
                assertEquals("timed out: idle\n", client.textToTheEnd());
                server.awaitClosed();
            }
        }
    }

    @Test
    void shouldNotBlameTheClientForWhatTheServerSends() throws Exception {
        TestService service = gateway((_, upstream) -> upstream.readLine());
        try (ServerFixture fixture = serve(service,
                with -> with.options(options -> options.withLimits(limits -> limits.withFrameBytes(1000))));
                TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TCP);
                TestClient client = fixture.connect()) {
            client.send(upstream.endpoint() + "\n");
            try (TestClient server = upstream.accept()) {
                server.send(new byte[5000]);
                Cause cause = fixture.events.nextCause();
                String error = assertInstanceOf(Cause.Failed.class, cause).error().toString();
                assertTrue(error.contains(FrameTooLongException.class.getName()), error);
            }
        }
    }

    @Test
    void shouldNotBlameTheClientForWhatTheHandlerWrites() throws Exception {
        TestService service = openGateway(
                to -> to.withOptions(options -> options.withLimits(limits -> limits.withHighWaterBytes(MANY_BYTES)
                        .withBufferBytes(100_000, MANY_BYTES))),
                (_, upstream) -> {
                    for (int i = 0; i < 300; i++) {
                        upstream.write(new byte[1_000]);
                    }
                });
        try (ServerFixture fixture = serve(service);
                TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TCP);
                TestClient client = fixture.connect()) {
            client.send(upstream.endpoint() + "\n");
            try (TestClient _ = upstream.accept()) {
                Cause cause = fixture.events.nextCause();
                String error = assertInstanceOf(Cause.Failed.class, cause).error().toString();
                assertTrue(error.contains(Limit.BUFFER_PER_CONNECTION.label()), error);
            }
        }
    }

    @Test
    void shouldLimitTheWholeConnection() throws Exception {
        TestService service = gateway((client, upstream) -> {
            upstream.deadline(SHORT);
            try {
                while (upstream.readLine() != null) {
                    upstream.writeLine("more");
                }
            } catch (ConnectionException e) {
                client.writeLine(e.reason().phrase());
            }
        });
        try (ServerFixture fixture = serve(service);
                TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TCP);
                TestClient client = fixture.connect()) {
            client.send(upstream.endpoint() + "\n");
            try (TestClient server = upstream.accept()) {
                server.send("one\n");
                assertEquals("timed out: conversation\n", client.textToTheEnd());
                server.awaitClosed();
            }
        }
    }

    @Test
    void shouldEndAServerThatDoesNotRead() throws Exception {
        TestService service = openGateway(
                to -> to.withOptions(options -> options.withTimeouts(times -> times.withWriteStall(SHORT))),
                (client, upstream) -> {
                    try {
                        upstream.write(new byte[4 * MANY_BYTES]);
                        upstream.flush();
                    } catch (ConnectionException e) {
                        client.writeLine(e.reason().phrase());
                    }
                });
        try (ServerFixture fixture = serve(service);
                TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TCP);
                TestClient client = fixture.connect()) {
            client.send(upstream.endpoint() + "\n");
            try (TestClient _ = upstream.accept()) {
                assertEquals("timed out: write stall\n", client.textToTheEnd());
            }
            assertEquals(done(false), fixture.events.nextCause());
        }
    }

    // --- what is said about the client ---

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldSendAProxyHeaderFirst(int version) throws Exception {
        TestService service = openGateway(to -> to.withProxyHeader(version), (client, upstream) -> {
            upstream.print("hello");
            upstream.end();
            client.writeLine("sent");
        });
        try (ServerFixture fixture = serve(service);
                TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TCP);
                TestClient client = fixture.connect()) {
            client.send(upstream.endpoint() + "\n");
            try (TestClient server = upstream.accept()) {
                String received = new String(server.toTheEnd(), StandardCharsets.ISO_8859_1);
                assertTrue(received.startsWith(headerOf(client, version)), received);
                assertTrue(received.endsWith("hello"), received);
            }
            assertEquals("sent\n", client.textToTheEnd());
        }
    }

    private String headerOf(TestClient client, int version) throws IOException {
        if (version == 2) {
            return "\r\n\r\n\0\r\nQUIT\n!";
        }
        return client.local() instanceof InetSocketAddress inet
                ? "PROXY TCP4 127.0.0.1 127.0.0.1 " + inet.getPort() + " "
                : "PROXY UNKNOWN\r\n";
    }

    @Test
    void shouldConnectFromALocalAddress() throws Exception {
        appliesIf(System.getProperty("os.name", "").equals("Linux"), "Linux, where each 127.x.x.x is local");
        TestService service = openGateway(to -> to.withLocalAddress(InetAddress.ofLiteral("127.0.0.9")),
                (client, upstream) -> client
                        .writeLine(((InetSocketAddress) upstream.info().local()).getAddress().getHostAddress()));
        try (ServerFixture fixture = serve(service);
                TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TCP);
                TestClient client = fixture.connect()) {
            client.send(upstream.endpoint() + "\n");
            try (TestClient _ = upstream.accept()) {
                assertEquals("127.0.0.9\n", client.textToTheEnd());
            }
        }
    }
}
