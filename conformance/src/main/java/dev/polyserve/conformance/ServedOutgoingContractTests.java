package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.polyserve.Cause;
import dev.polyserve.Client;
import dev.polyserve.ConnectionFuture;
import java.net.ConnectException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The connections that a server begins, and serves as those that it has accepted.
abstract class ServedOutgoingContractTests extends GatewayContractTests {
    @ParameterizedTest
    @EnumSource(TestUpstream.Kind.class)
    void shouldServeAConnectionThatTheServerBegins(TestUpstream.Kind kind) throws Exception {
        needsOneProcess();
        try (ServerFixture fixture = start(TestService.upper()); TestUpstream upstream = TestUpstream.listen(kind)) {
            ConnectionFuture begun = fixture.server.connect(to(upstream));
            try (TestClient server = upstream.accept()) {
                server.send("hello\n");
                assertEquals("HELLO", server.line());
                assertEquals(upstream.endpoint(), begun.endpoint().toString());
                server.end();
                assertEquals("", server.textToTheEnd());
            }
            assertEquals(done(true), begun.await(Duration.ofSeconds(10)));
        }
    }

    @Test
    void shouldWaitForTheFirstByteOfASilentServer() throws Exception {
        needsOneProcess();
        try (ServerFixture fixture = start(TestService.upper(), times(times -> times.withFirstByte(SHORT)));
                TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TCP)) {
            ConnectionFuture begun = fixture.server.connect(to(upstream));
            try (TestClient server = upstream.accept()) {
                assertTrue(server.receivesNothingFor(SHORT.multipliedBy(3)), "it waits");
                server.send("hello\n");
                assertEquals("HELLO", server.line());
                assertTrue(begun.outcome().isEmpty());
            }
        }
    }

    @Test
    void shouldEndAConnectionThatTheServerHasBegunWithIt() throws Exception {
        needsOneProcess();
        try (ServerFixture fixture = start(TestService.upper());
                TestUpstream upstream = TestUpstream.listen(TestUpstream.Kind.TCP)) {
            ConnectionFuture begun = fixture.server.connect(to(upstream));
            try (TestClient server = upstream.accept()) {
                server.send("hello\n");
                assertEquals("HELLO", server.line());
                fixture.server.close();
                server.awaitClosed();
            }
            assertEquals(new Cause.Stopped(), begun.await(Duration.ofSeconds(10)));
            assertThrows(IllegalStateException.class, () -> fixture.server.connect(to(upstream)));
        }
    }

    @ParameterizedTest
    @EnumSource(TestUpstream.Kind.class)
    void shouldSayThatTheServerCannotConnect(TestUpstream.Kind kind) throws Exception {
        needsOneProcess();
        try (ServerFixture fixture = start(TestService.upper())) {
            String endpoint = TestUpstream.closed(kind);
            String said = String.valueOf(
                    assertThrows(ConnectException.class, () -> fixture.server.connect(Client.to(endpoint)))
                            .getMessage());
            assertTrue(said.startsWith("cannot connect to " + endpoint + ": "), said);
        }
    }
}
