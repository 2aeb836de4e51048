package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.polyserve.Cause;
import dev.polyserve.Connection;
import dev.polyserve.ConnectionException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The connections that a handler begins itself: the mirror image of the other clauses.
abstract class OutgoingContractTests extends GatewayContractTests {
    @ParameterizedTest
    @EnumSource(TestUpstream.Kind.class)
    void shouldExchangeMessagesWithAServer(TestUpstream.Kind kind) throws Exception {
        try (ServerFixture fixture = serve(gateway(OutgoingContractTests::forwardLines));
                TestUpstream upstream = TestUpstream.listen(kind);
                TestClient client = fixture.connect()) {
            client.send(upstream.endpoint() + "\nhello\n");
            try (TestClient server = upstream.accept()) {
                assertEquals("hello", server.line());
                server.send("HEL");
                server.send("LO\n");
                assertEquals("HELLO", client.line());
                client.send("again\n");
                assertEquals("again", server.line());
                server.send("AGAIN\n");
                assertEquals("AGAIN", client.line());
                client.end();
                assertEquals("", client.textToTheEnd());
                assertEquals("", server.textToTheEnd());
            }
            assertEquals(done(true), fixture.events.nextCause());
        }
    }

    @Test
    void shouldLookANameUp() throws Exception {
        try (ServerFixture fixture = serve(gateway(OutgoingContractTests::forwardLines));
                TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TCP);
                TestClient client = fixture.connect()) {
            client.send("tcp://localhost:" + upstream.port() + "\nhello\n");
            try (TestClient server = upstream.accept()) {
                assertEquals("hello", server.line());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(TestUpstream.Kind.class)
    void shouldPassManyBytesAndBothHalfCloses(TestUpstream.Kind kind) throws Exception {
        byte[] request = new byte[MANY_BYTES];
        TestService service = gateway((client, upstream) -> {
            upstream.write(client.readExactly(1));
            byte[] piece = new byte[16 << 10];
            for (int left = MANY_BYTES - 1; left > 0;) {
                int count = client.read(piece, 0, Math.min(piece.length, left));
                upstream.write(piece, 0, count);
                left -= count;
            }
            upstream.end();
            for (int count; (count = upstream.read(piece)) >= 0;) {
                client.write(piece, 0, count);
            }
        });
        try (ServerFixture fixture = serve(service);
                TestUpstream upstream = TestUpstream.listen(kind);
                TestClient client = fixture.connect()) {
            new Random(7).nextBytes(request);
            client.send(upstream.endpoint() + "\n");
            try (TestClient server = upstream.accept()) {
                Thread sends = Thread.ofPlatform().start(() -> sendAll(client, request));
                assertArrayEquals(request, server.toTheEnd());
                sends.join();
                Thread answers = Thread.ofPlatform().start(() -> {
                    sendAll(server, request);
                    endAll(server);
                });
                assertArrayEquals(request, client.toTheEnd());
                answers.join();
            }
        }
    }

    private static void sendAll(TestClient client, byte[] bytes) {
        try {
            client.send(bytes);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void endAll(TestClient client) {
        try {
            client.end();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldWaitWhileTheServerDoesNotRead() throws Exception {
        TestService service = gateway((client, upstream) -> {
            upstream.write(new byte[MANY_BYTES]);
            upstream.end();
            client.writeLine("sent");
        });
        try (ServerFixture fixture = serve(service);
                TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TCP);
                TestClient client = fixture.connect()) {
            client.send(upstream.endpoint() + "\n");
            try (TestClient server = upstream.accept()) {
                assertEquals(MANY_BYTES, server.toTheEnd().length);
            }
            assertEquals("sent", client.line());
        }
    }

    // --- its end ---

    @ParameterizedTest
    @EnumSource(TestUpstream.Kind.class)
    void shouldSendWhatIsCollectedAndCloseWithTheHandler(TestUpstream.Kind kind) throws Exception {
        TestService service = openGateway((client, upstream) -> {
            upstream.print("last words");
            client.print("done");
        });
        try (ServerFixture fixture = serve(service);
                TestUpstream upstream = TestUpstream.listen(kind);
                TestClient client = fixture.connect()) {
            client.send(upstream.endpoint() + "\n");
            try (TestClient server = upstream.accept()) {
                assertEquals("last words", server.textToTheEnd());
            }
            assertEquals("done", client.textToTheEnd());
            assertEquals(done(false), fixture.events.nextCause());
        }
    }

    @Test
    void shouldResetTheServerWhenTheHandlerFails() throws Exception {
        TestService service = openGateway((_, upstream) -> {
            upstream.print("half of a request");
            upstream.flush();
            throw new IllegalStateException("boom");
        });
        try (ServerFixture fixture = serve(service);
                TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TCP);
                TestClient client = fixture.connect()) {
            client.send(upstream.endpoint() + "\n");
            try (TestClient server = upstream.accept()) {
                assertThrows(IOException.class, server::toTheEnd);
            }
            assertInstanceOf(Cause.Failed.class, fixture.events.nextCause());
        }
    }

    @ParameterizedTest
    @EnumSource(TestUpstream.Kind.class)
    void shouldCloseBeforeTheHandlerEnds(TestUpstream.Kind kind) throws Exception {
        TestService service = openGateway((client, upstream) -> {
            upstream.print("bye");
            upstream.close();
            upstream.close();
            client.writeLine("closed");
            client.writeLine(String.valueOf(client.readLine()));
        });
        try (ServerFixture fixture = serve(service);
                TestUpstream upstream = TestUpstream.listen(kind);
                TestClient client = fixture.connect()) {
            client.send(upstream.endpoint() + "\n");
            try (TestClient server = upstream.accept()) {
                assertEquals("bye", server.textToTheEnd());
                server.end();
            }
            assertEquals("closed", client.line());
            client.send("goes on\n");
            assertEquals("goes on\n", client.textToTheEnd());
        }
    }

    @Test
    void shouldOutliveAServerThatResets() throws Exception {
        TestService service = gateway((client, upstream) -> {
            upstream.writeLine("connected");
            try {
                upstream.readLine();
            } catch (ConnectionException e) {
                client.writeLine(e.reason() instanceof Cause.PeerReset ? "reset" : e.toString());
            }
        });
        try (ServerFixture fixture = serve(service);
                TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TCP);
                TestClient client = fixture.connect()) {
            client.send(upstream.endpoint() + "\n");
            TestClient server = upstream.accept();
            assertEquals("connected", server.line());
            server.reset();
            assertEquals("reset\n", client.textToTheEnd());
            assertEquals(done(false), fixture.events.nextCause());
        }
    }

    @Test
    void shouldEndTheHandlersWaitsWhenTheServerStops() throws Exception {
        TestService service = gateway((client, upstream) -> {
            client.writeLine("connected");
            client.flush();
            upstream.readLine();
        });
        try (ServerFixture fixture = serve(service);
                TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TCP);
                TestClient client = fixture.connect()) {
            client.send(upstream.endpoint() + "\n");
            try (TestClient server = upstream.accept()) {
                assertEquals("connected", client.line());
                fixture.server.close();
                server.awaitClosed();
            }
            assertEquals(new Cause.Stopped(), fixture.events.nextCause());
        }
    }

    @Test
    void shouldEndAnAttemptWhenTheServerStops() throws Exception {
        try (ServerFixture fixture = serve(gateway(OutgoingContractTests::forwardLines));
                TestUpstream upstream = TestUpstream.full(TestUpstream.Kind.TCP);
                TestClient client = fixture.connect()) {
            client.send(upstream.endpoint() + "\n");
            assertTrue(client.receivesNothingFor(SHORT), "it waits");
            fixture.server.close();
            assertEquals(new Cause.Stopped(), fixture.events.nextCause());
        }
    }

    // --- many at once ---

    @Test
    void shouldServeOthersWhileAHandlerWaitsForItsServer() throws Exception {
        needsTwoAtOnce();
        try (ServerFixture fixture = serve(gateway(OutgoingContractTests::forwardLines));
                TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TCP);
                TestClient waits = fixture.connect();
                TestClient other = fixture.connect()) {
            waits.send(upstream.endpoint() + "\nslow\n");
            try (TestClient slow = upstream.accept()) {
                assertEquals("slow", slow.line());
                other.send(upstream.endpoint() + "\nfast\n");
                try (TestClient fast = upstream.accept()) {
                    assertEquals("fast", fast.line());
                    fast.send("FAST\n");
                    assertEquals("FAST", other.line());
                }
                slow.send("SLOW\n");
                assertEquals("SLOW", waits.line());
            }
        }
    }

    @Test
    void shouldConnectAgainAndAgain() throws Exception {
        TestService service = new TestService(() -> client -> {
            String endpoint = String.valueOf(client.readLine());
            for (String line; (line = client.readLine()) != null;) {
                try (Connection upstream = client.connect(endpoint)) {
                    upstream.writeLine(line);
                    client.writeLine(String.valueOf(upstream.readLine()));
                }
            }
        }, () -> (_, _) -> {});
        try (ServerFixture fixture = serve(service);
                TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TCP);
                TestClient client = fixture.connect()) {
            client.send(upstream.endpoint() + "\n");
            for (int i = 0; i < cell().times(50); i++) {
                client.send(i + "\n");
                try (TestClient server = upstream.accept()) {
                    server.send(server.line() + "!\n");
                    assertEquals(i + "!", client.line());
                    assertEquals("", server.textToTheEnd());
                }
            }
        }
    }

    @Test
    void shouldSendFromAnotherThread() throws Exception {
        TestService service = gateway((client, upstream) -> {
            var sender = upstream.sender();
            Thread sends = Thread.ofPlatform().start(() -> {
                boolean _ = sender.offer(ByteBuffer.wrap("from beside\n".getBytes(StandardCharsets.UTF_8)));
            });
            client.writeLine(String.valueOf(upstream.readLine()));
            sends.join();
        });
        try (ServerFixture fixture = serve(service);
                TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TCP);
                TestClient client = fixture.connect()) {
            client.send(upstream.endpoint() + "\n");
            try (TestClient server = upstream.accept()) {
                assertEquals("from beside", server.line());
                server.send("taken\n");
                assertEquals("taken\n", client.textToTheEnd());
            }
        }
    }
}
