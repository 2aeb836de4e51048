package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.polyserve.Cause;
import dev.polyserve.Connection;
import dev.polyserve.Framing;
import dev.polyserve.Output;
import dev.polyserve.pool.ConnectionPool;
import dev.polyserve.pool.ConnectionPoolBuilder;
import dev.polyserve.pool.MultiplexedClient;
import dev.polyserve.pool.PooledConnection;
import dev.polyserve.coroutine.carrier.Carrier;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Handlers, of connections and of messages, that take connections to a server from a pool.
abstract class PoolContractTests extends GatewayContractTests {
    private static final Duration LONG = Duration.ofSeconds(10);
    private static final int LONGER_THAN_A_LINE = 80 << 10;

    /// What a handler does with a line.
    @FunctionalInterface
    private interface Request {
        void run(String line, Output client) throws Exception;
    }

    private static ConnectionPool pool(TestUpstream upstream, UnaryOperator<ConnectionPoolBuilder> with)
            throws IOException {
        return with.apply(ConnectionPool.to(to(upstream)).waitAtMost(LONG)).open();
    }

    /// Answers each line with what the server says to it; a line `fail` fails within the exchange.
    private static Request forwards(ConnectionPool pool) {
        return (line, client) -> {
            String answer;
            try {
                answer = pool.call(client, server -> exchange(line, server));
            } catch (IOException | IllegalStateException e) {
                answer = e.getClass().getSimpleName();
            }
            client.writeLine(answer);
        };
    }

    private static String exchange(String line, Connection server) throws IOException {
        server.writeLine(line);
        if (line.equals("fail")) {
            server.flush();
            throw new IllegalStateException("within the exchange");
        }
        return String.valueOf(server.readLine());
    }

    private ServerFixture serve(Request request) throws IOException {
        appliesIf(cell().style() != HandlerStyle.PROTOCOL, "handlers that may wait");
        needsTransport(EndpointKind.TCP);
        needsOneProcess();
        return start(new TestService(() -> client -> {
            for (String line; (line = client.readLine()) != null;) {
                request.run(line, client);
            }
        }, () -> (_, _) -> {}, new TestService.Messages<>(Framing.lines(), () -> request::run)));
    }

    private static void answer(TestClient client, TestClient server, String line) throws IOException {
        client.send(line + "\n");
        assertEquals(line, server.line());
        server.send("to " + line + "\n");
        assertEquals("to " + line, client.line());
    }

    @ParameterizedTest
    @EnumSource(TestUpstream.Kind.class)
    void shouldUseAConnectionAgain(TestUpstream.Kind kind) throws Exception {
        try (TestUpstream upstream = TestUpstream.listen(kind);
                ConnectionPool pool = pool(upstream, with -> with);
                ServerFixture fixture = serve(forwards(pool))) {
            try (TestClient client = fixture.connect()) {
                client.send("one\n");
                try (TestClient server = upstream.accept()) {
                    assertEquals("one", server.line());
                    server.send("1\n");
                    assertEquals("1", client.line());
                    answer(client, server, "two");
                    answer(client, server, "three");
                }
            }
            assertEquals(1, pool.stats().connected());
            assertEquals(2, pool.stats().reused());
        }
    }

    @Test
    void shouldBeginAnotherConnectionWhenTheServerHasEndedTheIdleOne() throws Exception {
        try (TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TCP);
                ConnectionPool pool = pool(upstream, with -> with);
                ServerFixture fixture = serve(forwards(pool));
                TestClient client = fixture.connect()) {
            for (int i = 0; i < 3; i++) {
                client.send(i + "\n");
                try (TestClient server = upstream.accept()) {
                    assertEquals(String.valueOf(i), server.line());
                    server.send("answer\n");
                    assertEquals("answer", client.line());
                }
            }
            assertEquals(2, pool.stats().stale());
        }
    }

    @Test
    void shouldNotUseAConnectionAgainAfterHalfAnExchange() throws Exception {
        try (TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TCP);
                ConnectionPool pool = pool(upstream, with -> with);
                ServerFixture fixture = serve(forwards(pool));
                TestClient client = fixture.connect()) {
            client.send("a\n");
            try (TestClient server = upstream.accept()) {
                assertEquals("a", server.line());
                server.send("answer\nand a rest\n");
                assertEquals("answer", client.line());
                client.send("fail\n");
                try (TestClient second = upstream.accept()) {
                    assertEquals("fail", second.line());
                    assertEquals("IllegalStateException", client.line());
                    second.awaitClosed();
                }
            }
            client.send("b\n");
            try (TestClient third = upstream.accept()) {
                assertEquals("b", third.line());
                third.send("answer to b\n");
                assertEquals("answer to b", client.line());
            }
        }
    }

    @Test
    void shouldHaveACallWaitWhileAllConnectionsAreInUse() throws Exception {
        needsTwoAtOnce();
        appliesIf(cell().execution().loops() < 2, "clients on one event loop");
        try (TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TCP);
                ConnectionPool pool = pool(upstream, with -> with.most(1));
                ServerFixture fixture = serve(forwards(pool))) {
            try (TestClient first = fixture.connect(); TestClient second = fixture.connect()) {
                first.send("first\n");
                TestClient server = upstream.accept();
                assertEquals("first", server.line());
                second.send("second\n");
                Eventually.until("the second call waits", () -> pool.stats().waiting() == 1);
                server.send("1\n");
                assertEquals("1", first.line());
                assertEquals("second", server.line());
                server.send("2\n");
                assertEquals("2", second.line());
                server.close();
            }
        }
    }

    /// With TLS, so that the end is an orderly one.
    @Test
    void shouldEndAnIdleConnectionWhenTheServerStops() throws Exception {
        try (TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TLS);
                ConnectionPool pool = pool(upstream, with -> with);
                ServerFixture fixture = serve(forwards(pool))) {
            TestClient server;
            try (TestClient client = fixture.connect()) {
                client.send("kept\n");
                server = upstream.accept();
                assertEquals("kept", server.line());
                server.send("1\n");
                assertEquals("1", client.line());
            }
            try (server) {
                Eventually.until("it is idle", () -> pool.stats().idle() == 1);
                fixture.server.close();
                assertEquals("", server.textToTheEnd());
            }
            Eventually.until("it has no place any more", () -> pool.stats().open() == 0);
        }
    }

    /// A pinned handler cannot leave its thread, which has lost the event loop by then.
    @Test
    void shouldServeAPinnedHandler() throws Exception {
        appliesIf(cell().runsOnLoops() && Carrier.whyNot().isEmpty(), "handlers on their loop's own thread");
        try (TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TCP);
                ConnectionPool pool = pool(upstream, with -> with);
                ServerFixture fixture = serve((line, client) -> {
                    if (line.startsWith("pinned")) {
                        PinnedCall.run(() -> forwards(pool).run(line, client));
                    } else {
                        forwards(pool).run(line, client);
                    }
                });
                TestClient client = fixture.connect()) {
            client.send("pinned 0\n");
            try (TestClient server = upstream.accept()) {
                assertEquals("pinned 0", server.line());
                server.send("0\n");
                assertEquals("0", client.line());
                for (String line : List.of("1", "pinned 2", "pinned 3", "4")) {
                    answer(client, server, line);
                }
            }
            assertEquals(1, pool.stats().connected());
        }
    }

    @Test
    void shouldNotCountAgainstTheClientWhatTheServerSends() throws Exception {
        try (TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TCP);
                ConnectionPool pool = pool(upstream, with -> with);
                ServerFixture fixture = serve((line, client) -> client
                        .writeLine(pool.call(client, server -> exchange(line, server))));
                TestClient client = fixture.connect()) {
            client.send("asks\n");
            try (TestClient server = upstream.accept()) {
                assertEquals("asks", server.line());
                server.sendWhileTaken(new byte[LONGER_THAN_A_LINE]);
                assertInstanceOf(Cause.Failed.class, fixture.events.nextCause());
            }
        }
    }

    /// Answers in another order than that of the requests, over one connection.
    @Test
    void shouldAnswerHandlersThatShareAConnection() throws Exception {
        needsTwoAtOnce();
        try (TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TCP);
                MultiplexedClient<String, String> backend = new MultiplexedClient<>(to(upstream), Framing.lines(),
                        line -> line.substring(0, 1), 10);
                ServerFixture fixture = serve((line, client) -> client.writeLine(backend.request(line, LONG)));
                TestClient first = fixture.connect();
                TestClient second = fixture.connect()) {
            first.send("1 first\n");
            try (TestClient server = upstream.accept()) {
                assertEquals("1 first", server.line());
                second.send("2 second\n");
                assertEquals("2 second", server.line());
                server.send("2 to second\n");
                assertEquals("2 to second", second.line());
                server.send("1 to first\n");
                assertEquals("1 to first", first.line());
            }
        }
    }

    @Test
    void shouldEndAConnectionWithItsHandler() throws Exception {
        try (TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TCP);
                ConnectionPool pool = pool(upstream, with -> with);
                ServerFixture fixture = serve((line, client) -> {
                    PooledConnection server = pool.acquire(client);
                    server.writeLine(line);
                    server.flush();
                    throw new IllegalStateException("forgets it");
                });
                TestClient client = fixture.connect()) {
            client.send("lost\n");
            try (TestClient server = upstream.accept()) {
                assertEquals("lost", server.line());
                server.awaitClosed();
            }
            Eventually.until("its place is free", () -> pool.stats().open() == 0);
        }
    }
}
