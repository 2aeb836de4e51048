package dev.polyserve.admin;

import com.sun.net.httpserver.HttpServer;
import dev.polyserve.Endpoint;
import dev.polyserve.Server;
import dev.polyserve.admin.status.ServerStatus;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;

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
    private static final int BACKLOG = 64;
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration STUCK = Duration.ofSeconds(30);
    /// How long the last answers may take, in seconds.
    private static final int LAST_ANSWERS_SECONDS = 1;
    /// Limits of the JDK's HTTP server, unless the program has set others: open connections, and seconds for a request.
    private static final String MOST_CONNECTIONS = "jdk.httpserver.maxConnections";
    private static final String REQUEST_SECONDS = "sun.net.httpserver.maxReqTime";

    private final Endpoint endpoint;
    private final HttpServer http;
    private final Optional<UnixRelay> relay;
    private final EventStreams streams;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final Server server;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Admin(AdminTarget target, Endpoint asked, Optional<AdminToken> token, HttpServer http,
            Optional<UnixRelay> relay) {
        this.server = target.server();
        this.http = http;
        this.relay = relay;
        this.endpoint = asked instanceof Endpoint.Tcp tcp ? new Endpoint.Tcp(tcp.host(), port()) : asked;
        this.streams = new EventStreams(
                () -> new ServerStatus(server, target.service(), target.generation()).figures(), INTERVAL, STUCK);
        AdminHandler handler = new AdminHandler(target, new AccessRules(endpoint, isExposed(), token), streams);
        http.createContext("/", exchange -> {
            if (relay.isPresent() && !relay.get().isOwn(exchange.getRemoteAddress())) {
                exchange.close();
                return;
            }
            handler.handle(exchange);
        });
        http.setExecutor(executor);
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
    public static Admin bind(AdminTarget target, Endpoint endpoint, Optional<AdminToken> token) throws IOException {
        requireUsable(endpoint, token);
        limitConnections();
        return switch (endpoint) {
            case Endpoint.Tcp tcp -> new Admin(target, tcp, token, listen(tcp), Optional.empty());
            case Endpoint.Unix unix -> ofUnix(target, unix, token);
            case Endpoint.Tls _, Endpoint.Udp _, Endpoint.UnixDatagram _, Endpoint.Inherited _ ->
                throw unusable(endpoint);
        };
    }

    private static Admin ofUnix(AdminTarget target, Endpoint.Unix unix, Optional<AdminToken> token)
            throws IOException {
        UnixRelay relay = UnixRelay.bind(unix.path());
        try {
            HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
            return new Admin(target, unix, token, http, Optional.of(relay));
        } catch (IOException | RuntimeException | Error e) {
            relay.close();
            throw e;
        }
    }

    private static HttpServer listen(Endpoint.Tcp tcp) throws IOException {
        InetSocketAddress address = address(tcp);
        if (address.isUnresolved()) {
            throw new IOException("cannot listen on " + tcp + " for the admin endpoint: unknown host " + tcp.host());
        }
        try {
            return HttpServer.create(address, BACKLOG);
        } catch (BindException e) {
            throw new IOException("cannot listen on " + tcp + " for the admin endpoint: " + e.getMessage()
                    + "; stop what listens there, or take another port", e);
        } catch (IOException e) {
            throw new IOException("cannot listen on " + tcp + " for the admin endpoint: " + e.getMessage(), e);
        }
    }

    private static InetSocketAddress address(Endpoint.Tcp tcp) {
        return tcp.host().equals("*")
                ? new InetSocketAddress(tcp.port())
                : new InetSocketAddress(tcp.host(), tcp.port());
    }

    /// Checks that an endpoint is of a kind that can be used, and has a token if other machines can reach it.
    ///
    /// @throws IllegalArgumentException with one sentence
    public static void requireUsable(Endpoint endpoint, Optional<AdminToken> token) {
        switch (endpoint) {
            case Endpoint.Tcp tcp -> {
                if (token.isEmpty() && !isLoopback(address(tcp))) {
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

    /// A name that is not resolved is reported when it is bound.
    private static boolean isLoopback(InetSocketAddress address) {
        return address.isUnresolved() || address.getAddress().isLoopbackAddress();
    }

    private boolean isExposed() {
        return relay.isEmpty() && !http.getAddress().getAddress().isLoopbackAddress();
    }

    /// The port of the HTTP server; for a Unix socket, the one that only the relay may use.
    int port() {
        return http.getAddress().getPort();
    }

    private static void limitConnections() {
        if (System.getProperty(MOST_CONNECTIONS) == null) {
            System.setProperty(MOST_CONNECTIONS, "128");
        }
        if (System.getProperty(REQUEST_SECONDS) == null) {
            System.setProperty(REQUEST_SECONDS, "10");
        }
    }

    /// Begins to answer, until the server has stopped or this is closed.
    public void start() {
        http.start();
        relay.ifPresent(unix -> unix.start(port()));
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
        http.stop(LAST_ANSWERS_SECONDS);
        executor.close();
    }

    private static void closeRelay(UnixRelay relay) {
        try {
            relay.close();
        } catch (IOException e) {
            System.getLogger(Admin.class.getName()).log(System.Logger.Level.WARNING,
                    "the socket of the admin endpoint cannot be removed: " + e.getMessage());
        }
    }
}
