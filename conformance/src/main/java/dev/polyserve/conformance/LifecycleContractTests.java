package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.polyserve.DrainReport;
import dev.polyserve.Endpoint;
import dev.polyserve.RequestResult;
import dev.polyserve.Server;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// The life cycle of a server from bind to stop, as its clients observe it.
abstract class LifecycleContractTests extends ContractTests {
    private static final Duration A_WHILE = Duration.ofMillis(60);
    private static final Duration AT_ONCE = Duration.ofMillis(100);
    private static final int TRIES = 5;
    private static final int MANY = 8;

    private ServerFixture bind(TestService service) throws IOException {
        return ServerFixture.bind(cell(), service, UnaryOperator.identity());
    }

    @Test
    void shouldKeepClientsWaitingUntilItIsStarted() throws Exception {
        try (ServerFixture fixture = bind(TestService.greeting()); TestClient client = fixture.connect()) {
            assertFalse(fixture.server.isAccepting());
            assertTrue(client.receivesNothingFor(A_WHILE));
            fixture.server.start();
            assertTrue(fixture.server.isAccepting());
            assertEquals("welcome", client.line());
            fixture.server.start();
            assertEquals(cell().taken(fixture.model), fixture.server.model());
        }
    }

    @Test
    void shouldStopAcceptingAndAcceptAgain() throws Exception {
        needsTwoAtOnce();
        try (ServerFixture fixture = start(TestService.greeting()); TestClient first = fixture.connect()) {
            assertEquals("welcome", first.line());
            fixture.server.pause();
            fixture.server.pause();
            assertFalse(fixture.server.isAccepting());
            try (TestClient second = fixture.connect()) {
                assertTrue(second.receivesNothingFor(A_WHILE), "clients wait in the backlog");
                first.send("x");
                assertEquals(1, first.bytes(1).length, "open connections continue");
                fixture.server.resume();
                assertTrue(fixture.server.isAccepting());
                assertEquals("welcome", second.line());
            }
        }
    }

    @Test
    void shouldEndWhenStartedAndClosedAtOnce() throws Exception {
        for (int i = 0; i < cell().servers(20); i++) {
            try (ServerFixture fixture = bind(TestService.echo())) {
                Thread serving = Thread.ofPlatform().start(() -> {
                    try {
                        fixture.server.serveForever();
                    } catch (IOException | InterruptedException | IllegalStateException e) {
                        // The server was closed before it started; the start is refused.
                        assertTrue(e instanceof IllegalStateException);
                    }
                });
                fixture.server.close();
                assertTrue(fixture.server.await(ServerFixture.TIMEOUT));
                assertTrue(serving.join(ServerFixture.TIMEOUT));
            }
        }
    }

    @Test
    void shouldCloseBeforeItWasStartedAndTwice() throws Exception {
        try (ServerFixture fixture = bind(TestService.echo())) {
            fixture.server.close();
            assertTrue(fixture.server.isStopped());
            fixture.server.close();
            assertThrows(IllegalStateException.class, fixture.server::start);
            assertThrows(IllegalStateException.class, () -> fixture.server.handleRequest(Duration.ZERO));
            assertThrows(IOException.class, fixture::connect);
        }
    }

    @Test
    void shouldReturnFromServeForeverWhenAnotherThreadCloses() throws Exception {
        try (ServerFixture fixture = bind(TestService.greeting())) {
            CompletableFuture<Boolean> returned = new CompletableFuture<>();
            Thread serving = Thread.ofPlatform().start(() -> {
                try {
                    fixture.server.serveForever();
                    returned.complete(fixture.server.isStopped());
                } catch (IOException | InterruptedException e) {
                    returned.completeExceptionally(e);
                }
            });
            try (TestClient client = fixture.connect()) {
                assertEquals("welcome", client.line());
            }
            fixture.server.close();
            assertTrue(returned.get(10, TimeUnit.SECONDS));
            serving.join();
        }
    }

    @Test
    void shouldCloseFromItsOwnHandler() throws Exception {
        needsOneProcess();
        CompletableFuture<Server> server = new CompletableFuture<>();
        TestService service = new TestService(() -> connection -> {
            connection.readByte();
            server.get().close();
            connection.print("closed");
        }, () -> (input, output) -> {
            input.skip(input.available());
            server.get().close();
            output.print("closed");
            output.close();
        });
        try (ServerFixture fixture = start(service); TestClient client = fixture.connect()) {
            server.complete(fixture.server);
            client.send("x");
            assertEquals("closed", client.textToTheEnd());
            assertTrue(fixture.server.await(ServerFixture.TIMEOUT));
            assertThrows(IOException.class, fixture::connect);
        }
    }

    @Test
    void shouldStopAtOnceWithoutClients() throws Exception {
        Duration atOnce = cell().within(AT_ONCE);
        Duration fastest = closingTime();
        for (int i = 1; i < TRIES && fastest.compareTo(atOnce) > 0; i++) {
            // The fastest of several runs: a wait of the server occurs every time, a delay of a busy machine now and
            // then.
            fastest = closingTime();
        }
        assertTrue(fastest.compareTo(atOnce) <= 0, "it took " + fastest);
    }

    /// The time that a server takes to close after it has served.
    private Duration closingTime() throws Exception {
        try (ServerFixture fixture = start(TestService.greeting())) {
            try (TestClient client = fixture.connect()) {
                client.line();
            }
            fixture.awaitOver(1);
            long began = System.nanoTime();
            fixture.server.close();
            return Duration.ofNanos(System.nanoTime() - began);
        }
    }

    @Test
    void shouldStopByItsDeadlineWhileAClientIsIdleAndFreeThePort() throws Exception {
        try (ServerFixture fixture = start(TestService.greeting()); TestClient idle = fixture.connect()) {
            idle.line();
            Endpoint endpoint = fixture.server.endpoints().getFirst();
            assertTimeout(cell().within(Duration.ofSeconds(1)), fixture.server::close);
            assertEquals("", idle.textToTheEnd());
            assertThrows(IOException.class, fixture::connect);
            try (Server again = TestService.greeting().on(ServerFixture.builder(cell(), endpoint), cell().style())
                    .start();
                    TestClient client = TestClient.to(again.endpoints().getFirst())) {
                assertEquals("welcome", client.line(), "the address can be bound again at once");
            }
        }
    }

    @Test
    void shouldStopWhileAClientDoesNotRead() throws Exception {
        try (ServerFixture fixture = start(TestService.produces(64 << 20)); TestClient stuck = fixture.connect()) {
            stuck.send("x");
            stuck.bytes(1);
            assertTimeout(cell().within(Duration.ofSeconds(2)), fixture.server::close);
            fixture.awaitOver(1);
        }
    }

    @Test
    void shouldLeakNoThread() throws Exception {
        long before = ServerThreads.count();
        try (ServerFixture fixture = start(TestService.greeting()); TestClient client = fixture.connect()) {
            client.line();
        }
        // The last thread of a stopped server may not have returned from its method yet.
        Eventually.until("threads gone", () -> ServerThreads.count() <= before);
    }

    @Test
    void shouldRefuseAnAddressInUse() throws Exception {
        try (ServerFixture fixture = start(TestService.echo())) {
            Endpoint taken = fixture.server.endpoints().getFirst();
            IOException refused = assertThrows(IOException.class,
                    () -> TestService.echo().on(ServerFixture.builder(cell(), taken), cell().style()).start());
            assertTrue(String.valueOf(refused.getMessage()).contains(taken.toString()), refused::getMessage);
        }
    }

    @Test
    void shouldRemoveOnlyItsOwnSocketFile() throws Exception {
        needsTransport(EndpointKind.UNIX);
        try (ServerFixture fixture = start(TestService.echo())) {
            var path = ((Endpoint.Unix) fixture.server.endpoints().getFirst()).path();
            assertTrue(Files.exists(path));
            Files.delete(path);
            Files.writeString(path, "another's");
            fixture.server.close();
            assertEquals("another's", Files.readString(path));
        }
        try (ServerFixture fixture = start(TestService.echo())) {
            var path = ((Endpoint.Unix) fixture.server.endpoints().getFirst()).path();
            fixture.server.close();
            assertFalse(Files.exists(path));
        }
    }

    @Test
    void shouldHandleOneRequestAtATime() throws Exception {
        try (ServerFixture fixture = bind(TestService.closes());
                TestClient first = fixture.connect();
                TestClient second = fixture.connect()) {
            assertEquals(RequestResult.SERVED, fixture.server.handleRequest(ServerFixture.TIMEOUT));
            assertEquals("", first.textToTheEnd());
            assertTrue(second.receivesNothingFor(A_WHILE));
            assertEquals(RequestResult.SERVED, fixture.server.handleRequest(ServerFixture.TIMEOUT));
            assertEquals("", second.textToTheEnd());
            assertEquals(RequestResult.TIMED_OUT, fixture.server.handleRequest(A_WHILE));
            try (TestClient late = fixture.connect()) {
                assertTrue(late.receivesNothingFor(A_WHILE), "a request that timed out accepts no client later");
                assertEquals(RequestResult.SERVED, fixture.server.handleRequest(ServerFixture.TIMEOUT));
                assertEquals("", late.textToTheEnd());
            }
        }
    }

    @Test
    void shouldHandleOneOfManyWaitingClients() throws Exception {
        try (ServerFixture fixture = bind(TestService.closes());
                ConnectedClients crowd = ConnectedClients.of(fixture, MANY)) {
            for (int i = 1; i <= MANY / 2; i++) {
                assertEquals(RequestResult.SERVED, fixture.server.handleRequest(ServerFixture.TIMEOUT));
                assertEquals("", crowd.clients().get(i - 1).textToTheEnd());
            }
            DrainReport drained = fixture.server.drain();
            assertEquals(0, drained.aborted());
            assertEquals(MANY / 2, fixture.server.stats().accepted(), "the other clients stay in the backlog");
        }
    }

    /// Several clients, in the order of their connects.
    private record ConnectedClients(List<TestClient> clients) implements AutoCloseable {
        static ConnectedClients of(ServerFixture fixture, int count) throws IOException {
            ConnectedClients crowd = new ConnectedClients(new ArrayList<>());
            for (int i = 0; i < count; i++) {
                crowd.clients.add(fixture.connect());
            }
            return crowd;
        }

        @Override
        public void close() throws IOException {
            for (TestClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void shouldReportARejectedRequest() throws Exception {
        try (ServerFixture fixture = ServerFixture.bind(cell(), TestService.closes(), with -> with.filter(_ -> false));
                TestClient client = fixture.connect()) {
            assertEquals(RequestResult.REJECTED, fixture.server.handleRequest(ServerFixture.TIMEOUT));
            assertEquals("", client.textToTheEnd());
        }
    }

    @Test
    void shouldRunPeriodicActionsAlsoAfterOneThrew() throws Exception {
        CountDownLatch three = new CountDownLatch(3);
        try (ServerFixture fixture = start(TestService.echo(), with -> with.every(Duration.ofMillis(5), () -> {
            three.countDown();
            throw new IllegalStateException("thrown in a periodic action");
        }))) {
            assertTrue(three.await(10, TimeUnit.SECONDS), fixture.server::toString);
            assertTrue(fixture.server.toString().contains(fixture.server.endpoints().getFirst().toString()));
        }
    }

    @Test
    void shouldListenAtSeveralEndpoints() throws Exception {
        try (ServerFixture.TestEndpoint other = ServerFixture.TestEndpoint.of(EndpointKind.TCP);
                ServerFixture fixture = start(TestService.upper(), with -> with.listen(other.endpoint()))) {
            assertEquals(2, fixture.server.endpoints().size());
            for (Endpoint endpoint : fixture.server.endpoints()) {
                try (TestClient client = TestClient.to(endpoint)) {
                    client.send("exit\n");
                    assertEquals("EXIT\n", client.textToTheEnd());
                    assertEquals(endpoint, fixture.events.nextEnded().connection().endpoint());
                }
            }
        }
    }

    @Test
    void shouldContinueWhenAListenerAlwaysThrows() throws Exception {
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        try (ServerFixture fixture = start(TestService.upper(), with -> with.listener(new Throwing(told)))) {
            for (int i = 0; i < 2; i++) {
                try (TestClient client = fixture.connect()) {
                    client.send("one\nboom\n");
                    assertEquals("ONE\n", client.textToTheEnd());
                }
            }
            fixture.awaitOver(2);
        }
        assertEquals(8, told.size(), told::toString);
    }

    /// Throws in every method.
    private record Throwing(BlockingQueue<String> told) implements dev.polyserve.ServerListener {
        private void tell(String what) {
            told.add(what);
            throw new IllegalStateException("thrown in " + what);
        }

        @Override
        public void accepted(dev.polyserve.ConnectionFuture connection) {
            tell("accepted");
        }

        @Override
        public void opened(dev.polyserve.ConnectionInfo connection) {
            tell("opened");
        }

        @Override
        public void failed(dev.polyserve.ConnectionInfo connection, Throwable error) {
            tell("failed");
        }

        @Override
        public void closed(dev.polyserve.ConnectionInfo connection, dev.polyserve.Cause cause) {
            tell("closed");
        }
    }
}
