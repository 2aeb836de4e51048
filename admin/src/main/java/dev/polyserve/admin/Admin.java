package dev.polyserve.admin;

import dev.polyserve.Endpoint;
import dev.polyserve.Server;
import dev.polyserve.admin.http.HttpAccessPolicy;
import dev.polyserve.admin.http.ServerSentEvents;
import dev.polyserve.admin.http.HttpEndpoint;
import dev.polyserve.admin.status.ServerStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// An HTTP endpoint that shows what a server does, and controls it: `Admin.start(server, "tcp://127.0.0.1:9090")`. It ends
/// with the server.
///
/// | path | answers |
/// |---|---|
/// | `/` | the live page |
/// | `/metrics` | the metrics, for Prometheus |
/// | `/health` | 200, or 503 when the accept loop is stuck |
/// | `/ready` | 200 while the server accepts, else 503 |
/// | `/status`, `/connections` | JSON |
/// | `/events` | the status once a second, as server-sent events |
/// | POST `/drain`, `/pause`, `/resume`, `/restart`, `/connections/ID/end` | the result in one sentence |
///
/// **Thread**: any.
public final class Admin implements AutoCloseable {
    private static final String NAME = "admin";
    /// Where the relay of a Unix socket leads to.
    private static final Endpoint.Tcp RELAYED = new Endpoint.Tcp("127.0.0.1", 0);
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration STUCK = Duration.ofSeconds(30);

    private final Endpoint endpoint;
    private final HttpEndpoint http;
    private final Optional<AdminUnixRelay> relay;
    private final ServerSentEvents streams;
    private final AdministeredServer target;
    private final HttpAccessPolicy rules;
    private final Server server;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile @Nullable AdminHandler started;

    private Admin(AdministeredServer target, Endpoint asked, Optional<AdminToken> token, HttpEndpoint http,
            Optional<AdminUnixRelay> relay) {
        this.server = target.server();
        this.http = http;
        this.relay = relay;
        this.endpoint = asked instanceof Endpoint.Tcp tcp ? new Endpoint.Tcp(tcp.host(), port()) : asked;
        StatusEvents events = new StatusEvents(
                () -> new ServerStatus(server, target.service(), target.generation()).figures(), INTERVAL);
        this.streams = new ServerSentEvents(events::open, INTERVAL, STUCK);
        this.rules = new HttpAccessPolicy(endpoint, isExposed(), NAME,
                "start the server with --admin-token-file FILE", token.map(AdminToken::secret));
        this.target = target;
    }

    /// Starts an endpoint for a server on loopback or a Unix socket, without a token and so without actions.
    ///
    /// @param endpoint such as `tcp://127.0.0.1:9090` or `unix:/run/up.admin`
    /// @throws IOException naming the endpoint and what is wrong
    /// @throws IllegalArgumentException for an endpoint that other machines can reach, or of another kind
    public static Admin start(Server server, String endpoint) throws IOException {
        Admin admin = bind(() -> server, Endpoint.parse(endpoint), Optional.empty());
        admin.start();
        return admin;
    }

    /// Binds an endpoint; it answers once it is started, and clients wait in the kernel until then.
    ///
    /// @param token for actions, and for everything if other machines can reach the endpoint
    /// @throws IOException naming the endpoint and what is wrong
    /// @throws IllegalArgumentException for an endpoint of another kind, or one that needs a token and has none
    public static Admin bind(AdministeredServer target, Endpoint endpoint, Optional<AdminToken> token)
            throws IOException {
        requireUsable(endpoint, token);
        return switch (endpoint) {
            case Endpoint.Tcp tcp -> new Admin(target, tcp, token, HttpEndpoint.bind(tcp, NAME), Optional.empty());
            case Endpoint.Unix unix -> ofUnix(target, unix, token);
            case Endpoint.Tls _, Endpoint.Udp _, Endpoint.UnixDatagram _, Endpoint.Inherited _ ->
                throw unusable(endpoint);
        };
    }

    private static Admin ofUnix(AdministeredServer target, Endpoint.Unix unix, Optional<AdminToken> token)
            throws IOException {
        AdminUnixRelay relay = AdminUnixRelay.bind(unix.path());
        try {
            return new Admin(target, unix, token, HttpEndpoint.bind(RELAYED, NAME), Optional.of(relay));
        } catch (IOException | RuntimeException | Error e) {
            relay.close();
            throw e;
        }
    }

    /// Checks that an endpoint is of a kind that can be used, and has a token if other machines can reach it.
    ///
    /// @throws IllegalArgumentException with one sentence
    public static void requireUsable(Endpoint endpoint, Optional<AdminToken> token) {
        switch (endpoint) {
            case Endpoint.Tcp tcp -> {
                if (token.isEmpty() && !HttpEndpoint.isLoopback(tcp)) {
                    throw new IllegalArgumentException("other machines can reach the admin endpoint " + tcp
                            + ", so it needs a token: give --admin-token-file FILE, or take 127.0.0.1 or unix:/PATH");
                }
            }
            case Endpoint.Unix unix when !unix.isAbstract() -> {
                // Its mode protects it.
            }
            case Endpoint.Unix _, Endpoint.Tls _, Endpoint.Udp _, Endpoint.UnixDatagram _, Endpoint.Inherited _ ->
                throw unusable(endpoint);
        }
    }

    private static IllegalArgumentException unusable(Endpoint endpoint) {
        return new IllegalArgumentException("the admin endpoint cannot be " + endpoint
                + ": it is tcp://HOST:PORT or unix:/PATH");
    }

    private boolean isExposed() {
        return relay.isEmpty() && http.isExposed();
    }

    /// The port of the HTTP server; for a Unix socket, the one that only the relay may use.
    int port() {
        return http.port();
    }

    /// Begins to answer, until the server has stopped or this is closed.
    public void start() {
        // Only now, because it takes as long as the start of a server.
        AdminHandler handler = new AdminHandler(target, rules, streams);
        http.start(exchange -> {
            if (relay.isPresent() && !relay.get().isOwn(exchange.getRemoteAddress())) {
                exchange.close();
                return;
            }
            handler.handle(exchange);
        });
        relay.ifPresent(unix -> unix.start(port()));
        handler.prepare();
        started = handler;
        Thread.ofVirtual().name("polyserve-admin").start(() -> {
            try {
                server.await();
                close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /// Where it listens, with the real port in place of 0.
    public Endpoint endpoint() {
        return endpoint;
    }

    /// Frees the port or the socket, and ends all connections; the last answers have a second. A second call has no effect.
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        streams.close();
        relay.ifPresent(Admin::closeRelay);
        http.close();
        AdminHandler handler = started;
        if (handler != null) {
            handler.close();
        }
    }

    private static void closeRelay(AdminUnixRelay relay) {
        try {
            relay.close();
        } catch (IOException e) {
            System.getLogger(Admin.class.getName()).log(System.Logger.Level.WARNING,
                    "the socket of the admin endpoint cannot be removed: " + e.getMessage());
        }
    }
}
