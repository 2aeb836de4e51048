package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.polyserve.DrainReport;
import dev.polyserve.Endpoint;
import dev.polyserve.Served;
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

/// A server's life from binding to stopping, and what its clients see of it.
abstract class LifeClause extends Clause {
    private static final Duration A_WHILE = Duration.ofMillis(60);
    private static final Duration AT_ONCE = Duration.ofMillis(100);
    private static final int TRIES = 5;
    private static final int MANY = 8;

    private ServerFixture bind(Role role) throws IOException {
        return ServerFixture.bind(cell(), role, UnaryOperator.identity());
    }

    @Test
    void shouldKeepClientsWaitingUntilItIsStarted() throws Exception {
        try (ServerFixture stage = bind(Role.greeting()); TestClient client = stage.connect()) {
            assertFalse(stage.server.isAccepting());
            assertTrue(client.hearsNothingFor(A_WHILE));
            stage.server.start();
            assertTrue(stage.server.isAccepting());
            assertEquals("welcome", client.line());
            stage.server.start();
            assertEquals(stage.model, stage.server.model());
        }
    }

    @Test
    void shouldStopAcceptingAndAcceptAgain() throws Exception {
        needsTwoAtOnce();
        try (ServerFixture stage = start(Role.greeting()); TestClient first = stage.connect()) {
            assertEquals("welcome", first.line());
            stage.server.pause();
            stage.server.pause();
            assertFalse(stage.server.isAccepting());
            try (TestClient second = stage.connect()) {
                assertTrue(second.hearsNothingFor(A_WHILE), "clients wait in the backlog");
                first.send("x");
                assertEquals(1, first.bytes(1).length, "conversations go on");
                stage.server.resume();
                assertTrue(stage.server.isAccepting());
                assertEquals("welcome", second.line());
            }
        }
    }

    @Test
    void shouldEndWhenStartedAndClosedAtOnce() throws Exception {
        for (int i = 0; i < cell().servers(20); i++) {
            try (ServerFixture stage = bind(Role.echo())) {
                Thread serving = Thread.ofPlatform().start(() -> {
                    try {
                        stage.server.serveForever();
                    } catch (IOException | InterruptedException | IllegalStateException e) {
                        // Closed before it started, which is refused.
                        assertTrue(e instanceof IllegalStateException);
                    }
                });
                stage.server.close();
                assertTrue(stage.server.await(ServerFixture.PATIENCE));
                assertTrue(serving.join(ServerFixture.PATIENCE));
            }
        }
    }

    @Test
    void shouldCloseBeforeItWasStartedAndTwice() throws Exception {
        try (ServerFixture stage = bind(Role.echo())) {
            stage.server.close();
            assertTrue(stage.server.isStopped());
            stage.server.close();
            assertThrows(IllegalStateException.class, stage.server::start);
            assertThrows(IllegalStateException.class, () -> stage.server.handleRequest(Duration.ZERO));
            assertThrows(IOException.class, stage::connect);
        }
    }

    @Test
    void shouldReturnFromServeForeverWhenAnotherThreadCloses() throws Exception {
        try (ServerFixture stage = bind(Role.greeting())) {
            CompletableFuture<Boolean> returned = new CompletableFuture<>();
            Thread serving = Thread.ofPlatform().start(() -> {
                try {
                    stage.server.serveForever();
                    returned.complete(stage.server.isStopped());
                } catch (IOException | InterruptedException e) {
                    returned.completeExceptionally(e);
                }
            });
            try (TestClient client = stage.connect()) {
                assertEquals("welcome", client.line());
            }
            stage.server.close();
            assertTrue(returned.get(10, TimeUnit.SECONDS));
            serving.join();
        }
    }

    @Test
    void shouldCloseFromItsOwnHandler() throws Exception {
        needsOneProcess();
        CompletableFuture<Server> server = new CompletableFuture<>();
        Role role = new Role(() -> connection -> {
            connection.readByte();
            server.get().close();
            connection.print("closed");
        }, () -> (input, output) -> {
            input.skip(input.available());
            server.get().close();
            output.print("closed");
            output.close();
        });
        try (ServerFixture stage = start(role); TestClient client = stage.connect()) {
            server.complete(stage.server);
            client.send("x");
            assertEquals("closed", client.textToTheEnd());
            assertTrue(stage.server.await(ServerFixture.PATIENCE));
            assertThrows(IOException.class, stage::connect);
        }
    }

    @Test
    void shouldStopAtOnceWhenNobodyIsThere() throws Exception {
        Duration atOnce = cell().within(AT_ONCE);
        Duration fastest = closes();
        for (int i = 1; i < TRIES && fastest.compareTo(atOnce) > 0; i++) {
            // What it waits for itself, it waits for every time; a busy machine now and then.
            fastest = closes();
        }
        assertTrue(fastest.compareTo(atOnce) <= 0, "it took " + fastest);
    }

    /// How long a server that has served takes to close.
    private Duration closes() throws Exception {
        try (ServerFixture stage = start(Role.greeting())) {
            try (TestClient client = stage.connect()) {
                client.line();
            }
            stage.awaitOver(1);
            long began = System.nanoTime();
            stage.server.close();
            return Duration.ofNanos(System.nanoTime() - began);
        }
    }

    @Test
    void shouldStopByItsDeadlineWhileAClientIsIdleAndFreeThePort() throws Exception {
        try (ServerFixture stage = start(Role.greeting()); TestClient idle = stage.connect()) {
            idle.line();
            Endpoint endpoint = stage.server.endpoints().getFirst();
            assertTimeout(cell().within(Duration.ofSeconds(1)), stage.server::close);
            assertEquals("", idle.textToTheEnd());
            assertThrows(IOException.class, stage::connect);
            try (Server again = Role.greeting().on(ServerFixture.builder(cell(), endpoint), cell().style()).start();
                    TestClient client = TestClient.to(again.address())) {
                assertEquals("welcome", client.line(), "the same address, at once");
            }
        }
    }

    @Test
    void shouldStopWhileAClientDoesNotRead() throws Exception {
        try (ServerFixture stage = start(Role.produces(64 << 20)); TestClient stuck = stage.connect()) {
            stuck.send("x");
            stuck.bytes(1);
            assertTimeout(cell().within(Duration.ofSeconds(2)), stage.server::close);
            stage.awaitOver(1);
        }
    }

    @Test
    void shouldLeaveNoThreadBehind() throws Exception {
        long before = ServerThreads.count();
        try (ServerFixture stage = start(Role.greeting()); TestClient client = stage.connect()) {
            client.line();
        }
        // A stopped server's threads have nothing to do, but the last one may not have left its method yet.
        Eventually.until("threads gone", () -> ServerThreads.count() <= before);
    }

    @Test
    void shouldRefuseAnAddressThatIsTaken() throws Exception {
        try (ServerFixture stage = start(Role.echo())) {
            Endpoint taken = stage.server.endpoints().getFirst();
            IOException refused = assertThrows(IOException.class,
                    () -> Role.echo().on(ServerFixture.builder(cell(), taken), cell().style()).start());
            assertTrue(String.valueOf(refused.getMessage()).contains(taken.toString()), refused::getMessage);
        }
    }

    @Test
    void shouldRemoveItsSocketFileAndNoOther() throws Exception {
        needsTransport(EndpointKind.UNIX);
        try (ServerFixture stage = start(Role.echo())) {
            var path = ((Endpoint.Unix) stage.server.endpoints().getFirst()).path();
            assertTrue(Files.exists(path));
            Files.delete(path);
            Files.writeString(path, "another's");
            stage.server.close();
            assertEquals("another's", Files.readString(path));
        }
        try (ServerFixture stage = start(Role.echo())) {
            var path = ((Endpoint.Unix) stage.server.endpoints().getFirst()).path();
            stage.server.close();
            assertFalse(Files.exists(path));
        }
    }

    @Test
    void shouldHandleOneRequestAtATime() throws Exception {
        try (ServerFixture stage = bind(Role.closes());
                TestClient first = stage.connect();
                TestClient second = stage.connect()) {
            assertEquals(Served.SERVED, stage.server.handleRequest(ServerFixture.PATIENCE));
            assertEquals("", first.textToTheEnd());
            assertTrue(second.hearsNothingFor(A_WHILE));
            assertEquals(Served.SERVED, stage.server.handleRequest(ServerFixture.PATIENCE));
            assertEquals("", second.textToTheEnd());
            assertEquals(Served.TIMED_OUT, stage.server.handleRequest(A_WHILE));
            try (TestClient late = stage.connect()) {
                assertTrue(late.hearsNothingFor(A_WHILE), "what timed out takes nobody later");
                assertEquals(Served.SERVED, stage.server.handleRequest(ServerFixture.PATIENCE));
                assertEquals("", late.textToTheEnd());
            }
        }
    }

    @Test
    void shouldHandleOneOfManyThatWait() throws Exception {
        try (ServerFixture stage = bind(Role.closes()); Crowd crowd = Crowd.of(stage, MANY)) {
            for (int i = 1; i <= MANY / 2; i++) {
                assertEquals(Served.SERVED, stage.server.handleRequest(ServerFixture.PATIENCE));
                assertEquals("", crowd.clients().get(i - 1).textToTheEnd());
            }
            DrainReport drained = stage.server.drain();
            assertEquals(0, drained.aborted());
            assertEquals(MANY / 2, stage.server.stats().accepted(), "the others are left to the system");
        }
    }

    /// Several clients, in the order in which they have connected.
    private record Crowd(List<TestClient> clients) implements AutoCloseable {
        static Crowd of(ServerFixture stage, int count) throws IOException {
            Crowd crowd = new Crowd(new ArrayList<>());
            for (int i = 0; i < count; i++) {
                crowd.clients.add(stage.connect());
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
    void shouldReportARequestThatWasTurnedAway() throws Exception {
        try (ServerFixture stage = ServerFixture.bind(cell(), Role.closes(), with -> with.filter(_ -> false));
                TestClient client = stage.connect()) {
            assertEquals(Served.REJECTED, stage.server.handleRequest(ServerFixture.PATIENCE));
            assertEquals("", client.textToTheEnd());
        }
    }

    @Test
    void shouldRunPeriodicActionsAlsoAfterOneThrew() throws Exception {
        CountDownLatch three = new CountDownLatch(3);
        try (ServerFixture stage = start(Role.echo(), with -> with.every(Duration.ofMillis(5), () -> {
            three.countDown();
            throw new IllegalStateException("thrown in a periodic action");
        }))) {
            assertTrue(three.await(10, TimeUnit.SECONDS), stage.server::toString);
            assertTrue(stage.server.toString().contains(stage.server.endpoints().getFirst().toString()));
        }
    }

    @Test
    void shouldListenAtSeveralEndpoints() throws Exception {
        try (ServerFixture.Place other = ServerFixture.Place.of(EndpointKind.TCP);
                ServerFixture stage = start(Role.upper(), with -> with.listen(other.endpoint()))) {
            assertEquals(2, stage.server.endpoints().size());
            for (Endpoint endpoint : stage.server.endpoints()) {
                try (TestClient client = TestClient.to(address(endpoint))) {
                    client.send("exit\n");
                    assertEquals("EXIT\n", client.textToTheEnd());
                    assertEquals(endpoint, stage.events.nextEnded().connection().endpoint());
                }
            }
        }
    }

    private static java.net.SocketAddress address(Endpoint endpoint) {
        return switch (endpoint) {
            case Endpoint.Tcp tcp ->
                new java.net.InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), tcp.port());
            case Endpoint.Unix unix -> java.net.UnixDomainSocketAddress.of(unix.path());
            case Endpoint.Udp _, Endpoint.UnixDatagram _, Endpoint.Inherited _ ->
                throw new IllegalArgumentException("no stream: " + endpoint);
        };
    }

    @Test
    void shouldCarryOnWhenAListenerThrowsEverywhere() throws Exception {
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        try (ServerFixture stage = start(Role.upper(), with -> with.listener(new Throwing(told)))) {
            for (int i = 0; i < 2; i++) {
                try (TestClient client = stage.connect()) {
                    client.send("one\nboom\n");
                    assertEquals("ONE\n", client.textToTheEnd());
                }
            }
            stage.awaitOver(2);
        }
        assertEquals(8, told.size(), told::toString);
    }

    /// Throws whatever it is told.
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
