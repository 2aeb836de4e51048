package dev.polyserve.conformance;

import dev.polyserve.Endpoint;
import dev.polyserve.Model;
import dev.polyserve.Options;
import dev.polyserve.Server;
import dev.polyserve.ServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/// A cell's server in a test, with what it reports and clients for it; closing it closes the server.
final class ServerFixture implements AutoCloseable {
    /// Short, so that a test that leaves a client behind does not wait for it.
    private static final Duration CLOSE = Duration.ofMillis(300);
    private static final Duration QUIET = Duration.ofMillis(50);

    /// For what must come soon.
    static final Duration PATIENCE = Duration.ofSeconds(10);

    /// The model in force, which for a cell of worker processes knows what they run.
    final Model model;
    final Server server;
    final EventRecorder events;
    private final Place place;

    private ServerFixture(Model model, Server server, EventRecorder events, Place place) {
        this.model = model;
        this.server = server;
        this.events = events;
        this.place = place;
    }

    /// A server of the role, started.
    static ServerFixture start(Cell cell, Role role) throws IOException {
        return start(cell, role, with -> with);
    }

    /// A server of the role, started, with something changed about it.
    static ServerFixture start(Cell cell, Role role, UnaryOperator<ServerBuilder> with) throws IOException {
        ServerFixture stage = bind(cell, role, with);
        stage.server.start();
        return stage;
    }

    /// A server of the role, bound and not started.
    static ServerFixture bind(Cell cell, Role role, UnaryOperator<ServerBuilder> with) throws IOException {
        Place place = Place.of(cell.transport());
        EventRecorder events = new EventRecorder();
        Server server = with.apply(role.on(builder(cell, place.endpoint()), cell.style()).listener(events)).bind();
        serveIfWorker(server);
        return new ServerFixture(Replay.inWorkers(cell.model(), place.endpoint()), server, events, place);
    }

    /// Keeps a worker from what its test does with a server before that is started: it does not return there.
    static void serveIfWorker(Server server) throws IOException {
        if (Server.isWorker()) {
            server.start();
        }
    }

    /// A cell's server at this endpoint, still without anything to do.
    static ServerBuilder builder(Cell cell, Endpoint endpoint) {
        // A worker comes to the test's first server, whichever it is started for.
        Endpoint place = Replay.place().orElse(endpoint);
        return Server.at(place).model(Replay.inWorkers(cell.model(), place)).options(ServerFixture::impatient);
    }

    static Options impatient(Options options) {
        return options.withTimeouts(times -> times.withClose(CLOSE).withDrainQuiet(QUIET));
    }

    TestClient connect() throws IOException {
        return TestClient.to(server.address());
    }

    /// Waits until so many connections have come and are over, counted out and called back.
    void awaitOver(int connections) throws InterruptedException, TimeoutException {
        for (int i = 0; i < connections; i++) {
            events.nextAccepted().await(PATIENCE);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        place.close();
    }

    /// Where a server listens in a test; a Unix socket has a directory of its own, removed in the end.
    record Place(Endpoint endpoint) implements AutoCloseable {
        static Place of(EndpointKind transport) {
            return new Place(switch (transport) {
                case TCP -> Endpoint.parse("tcp://127.0.0.1:0");
                case UNIX -> Replay.place().orElseGet(() -> new Endpoint.Unix(directory().resolve("socket")));
                case UDP -> Endpoint.parse("udp://127.0.0.1:0");
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
            if (endpoint instanceof Endpoint.Unix(Path path)) {
                Files.deleteIfExists(path);
                Path directory = path.getParent();
                if (directory != null) {
                    Files.deleteIfExists(directory);
                }
            }
        }
    }
}
