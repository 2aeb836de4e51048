package dev.polyserve.conformance;

import dev.polyserve.Endpoint;
import dev.polyserve.Model;
import dev.polyserve.Options;
import dev.polyserve.Server;
import dev.polyserve.ServerBuilder;
import dev.polyserve.Tls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/// The server of a cell in a test, with its events and clients. Closing the fixture closes the server.
final class ServerFixture implements AutoCloseable {
    /// Short, so that closing does not wait for a client that a test left connected.
    private static final Duration CLOSE = Duration.ofMillis(300);
    private static final Duration QUIET = Duration.ofMillis(50);

    /// The limit for events that the test expects.
    static final Duration TIMEOUT = Duration.ofSeconds(10);

    /// The model of the server; for worker processes, it contains their command.
    final Model model;
    final Server server;
    final EventRecorder events;
    private final TestEndpoint place;

    private ServerFixture(Model model, Server server, EventRecorder events, TestEndpoint place) {
        this.model = model;
        this.server = server;
        this.events = events;
        this.place = place;
    }

    static ServerFixture start(ContractCell cell, TestService service) throws IOException {
        return start(cell, service, with -> with);
    }

    /// Starts a server with the service and changed settings.
    static ServerFixture start(ContractCell cell, TestService service, UnaryOperator<ServerBuilder> with)
            throws IOException {
        ServerFixture fixture = bind(cell, service, with);
        fixture.server.start();
        return fixture;
    }

    /// Binds a server with the service, without starting it.
    static ServerFixture bind(ContractCell cell, TestService service, UnaryOperator<ServerBuilder> with)
            throws IOException {
        TestDryRun.reachesAServer();
        TestEndpoint place = TestEndpoint.of(cell.transport());
        EventRecorder events = new EventRecorder();
        Server server = with.apply(service.on(builder(cell, place.endpoint()), cell.style()).listener(events)).bind();
        serveIfWorker(server);
        return new ServerFixture(ContractWorkerMain.inWorkers(cell, place.endpoint()), server, events, place);
    }

    /// Serves in a worker, and does not return there. The worker so skips what its test does with a bound server.
    static void serveIfWorker(Server server) throws IOException {
        if (Server.isWorker()) {
            server.start();
        }
    }

    /// The builder of a cell's server at this endpoint, without a service.
    static ServerBuilder builder(ContractCell cell, Endpoint endpoint) {
        TestDryRun.reachesAServer();
        // A worker reaches the first server of the test, whichever server started it.
        Endpoint place = ContractWorkerMain.place().orElse(endpoint);
        ServerBuilder builder = Server.at(place).model(ContractWorkerMain.inWorkers(cell, place))
                .options(ServerFixture::withShortClose);
        return cell.isTls() ? builder.tls(Tls.server(TestCertificate.CONTEXT)) : builder;
    }

    static Options withShortClose(Options options) {
        return options.withTimeouts(times -> times.withClose(CLOSE).withDrainQuiet(QUIET));
    }

    TestClient connect() throws IOException {
        return TestClient.to(server.address(), hasTls());
    }

    /// A client that sends nothing, not even the first message of TLS.
    TestClient connectOnly() throws IOException {
        return TestClient.to(server.address(), false);
    }

    /// A client whose receive buffer is small, over TCP or TLS.
    TestClient connectWithSmallReceiveBuffer() throws IOException {
        return TestClient.withSmallReceiveBuffer(server.address(), hasTls());
    }

    private boolean hasTls() {
        return place.endpoint() instanceof Endpoint.Tls;
    }

    /// Waits until the given number of connections have ended, are no longer counted as active, and their callbacks
    /// have run.
    void awaitOver(int connections) throws InterruptedException, TimeoutException {
        for (int i = 0; i < connections; i++) {
            events.nextAccepted().await(TIMEOUT);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        place.close();
    }

    /// The endpoint of a server in a test. A Unix socket has a new directory, which is removed when this is closed.
    record TestEndpoint(Endpoint endpoint) implements AutoCloseable {
        static TestEndpoint of(EndpointKind transport) {
            return new TestEndpoint(switch (transport) {
                case TCP -> Endpoint.parse("tcp://127.0.0.1:0");
                case UNIX ->
                    ContractWorkerMain.place().orElseGet(() -> new Endpoint.Unix(directory().resolve("socket")));
                case UDP -> Endpoint.parse("udp://127.0.0.1:0");
                case UNIXGRAM -> new Endpoint.UnixDatagram(directory().resolve("socket"));
                case TLS -> Endpoint.parse("tls://127.0.0.1:0");
            });
        }

        private static Path directory() {
            try {
                return Files.createTempDirectory("polyserve");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws IOException {
            Path path = switch (endpoint) {
                case Endpoint.Unix unix -> unix.path();
                case Endpoint.UnixDatagram unix -> unix.path();
                case Endpoint.Tcp _, Endpoint.Tls _, Endpoint.Udp _, Endpoint.Inherited _ -> null;
            };
            if (path != null) {
                Files.deleteIfExists(path);
                Path directory = path.getParent();
                if (directory != null) {
                    Files.deleteIfExists(directory);
                }
            }
        }
    }
}
