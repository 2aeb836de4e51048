package dev.polyserve.conformance;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.Server;
import dev.polyserve.ServerBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/// A cell's server in a test, with what it reports and clients for it; closing it closes the server.
final class Stage implements AutoCloseable {
    /// Short, so that a test that leaves a client behind does not wait for it.
    private static final Duration CLOSE = Duration.ofMillis(300);
    private static final Duration QUIET = Duration.ofMillis(50);

    /// For what must come soon.
    static final Duration PATIENCE = Duration.ofSeconds(10);

    final Server server;
    final Recorder events;
    private final Place place;

    private Stage(Server server, Recorder events, Place place) {
        this.server = server;
        this.events = events;
        this.place = place;
    }

    /// A server of the role, started.
    static Stage start(Cell cell, Role role) throws IOException {
        return start(cell, role, with -> with);
    }

    /// A server of the role, started, with something changed about it.
    static Stage start(Cell cell, Role role, UnaryOperator<ServerBuilder> with) throws IOException {
        Stage stage = bind(cell, role, with);
        stage.server.start();
        return stage;
    }

    /// A server of the role, bound and not started.
    static Stage bind(Cell cell, Role role, UnaryOperator<ServerBuilder> with) throws IOException {
        Place place = Place.of(cell.transport());
        Recorder events = new Recorder();
        return new Stage(with.apply(role.on(builder(cell, place.endpoint()), cell.style()).listener(events)).bind(),
                events,
                place);
    }

    /// A cell's server at this endpoint, still without anything to do.
    static ServerBuilder builder(Cell cell, Endpoint endpoint) {
        return Server.at(endpoint).model(cell.model()).options(Stage::impatient);
    }

    static Options impatient(Options options) {
        return options.withTimeouts(times -> times.withClose(CLOSE).withDrainQuiet(QUIET));
    }

    Client connect() throws IOException {
        return Client.to(server.address());
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
        static Place of(Transport transport) throws IOException {
            return new Place(switch (transport) {
                case TCP -> Endpoint.parse("tcp://127.0.0.1:0");
                case UNIX -> new Endpoint.Unix(Files.createTempDirectory("polyserve").resolve("socket"));
                case UDP -> Endpoint.parse("udp://127.0.0.1:0");
            });
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
