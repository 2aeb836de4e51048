package dev.polyserve.cli;

import dev.polyserve.DrainReport;
import dev.polyserve.Endpoint;
import dev.polyserve.Server;
import dev.polyserve.admin.Admin;
import dev.polyserve.admin.AdministeredServer;
import dev.polyserve.cli.log.ConsoleLog;
import dev.polyserve.linux.restart.RestartPredecessor;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The admin endpoint that `serve --admin` starts; without the option it does nothing.
///
/// ```
///   of ──bind──▶ bound ──start──▶ open ──release, close──▶ closed
///    └──start, after a restart: binds when the old program reports that it has closed its own──▲
/// ```
///
/// **Thread**: the command's; [#release] any.
final class AdminEndpoint implements AutoCloseable {
    /// How long the old program may take to close its endpoint.
    private static final Duration RELEASE_TIMEOUT = Duration.ofSeconds(10);

    private final Optional<AdminSettings> settings;
    private final AdministeredServer target;
    private final ConsoleLog log;
    private volatile @Nullable Admin admin;
    private volatile boolean closed;

    private AdminEndpoint(Optional<AdminSettings> settings, AdministeredServer target, ConsoleLog log) {
        this.settings = settings;
        this.target = target;
        this.log = log;
    }

    /// The server, and the life cycle that ends and replaces it.
    private record Target(Server server, AdministeredServer lifecycle) implements AdministeredServer {
        @Override
        public String service() {
            return lifecycle.service();
        }

        @Override
        public int generation() {
            return lifecycle.generation();
        }

        @Override
        public DrainReport drain() throws InterruptedException {
            return lifecycle.drain();
        }

        @Override
        public String restart() throws IOException {
            return lifecycle.restart();
        }
    }

    /// Binds the endpoint, if one was asked for and no old program has it.
    ///
    /// @throws ExitException when it cannot be bound
    static AdminEndpoint bind(ServePlan plan, Server server, ServerController lifecycle,
            ConsoleLog log, boolean takesOver) {
        Optional<AdminSettings> asked = plan.operation().admin();
        AdminEndpoint endpoint = new AdminEndpoint(asked, new Target(server, lifecycle), log);
        try {
            if (asked.isPresent()) {
                lifecycle.whenReplaced(endpoint::release);
                endpoint.admin = takesOver ? null : endpoint.bind(asked.get());
            }
            return endpoint;
        } catch (IOException e) {
            throw ExitException.wrong(String.valueOf(e.getMessage()), e);
        }
    }

    private Admin bind(AdminSettings asked) throws IOException {
        return Admin.bind(target, asked.endpoint(), asked.token());
    }

    /// Begins to answer; after a restart, when the old program has closed its endpoint.
    void start(Optional<RestartPredecessor> predecessor) throws IOException {
        Admin bound = admin;
        if (bound != null) {
            open(bound);
        } else if (settings.isPresent() && predecessor.isPresent()) {
            Thread.ofPlatform().daemon().name("polyserve-admin-takeover")
                    .start(() -> takeOver(settings.get(), predecessor.get()));
        } else if (predecessor.isPresent()) {
            predecessor.get().forget();
        }
    }

    private void takeOver(AdminSettings asked, RestartPredecessor predecessor) {
        try {
            // Also after the timeout: what holds the address says why it cannot be bound.
            boolean _ = predecessor.awaitRelease(RELEASE_TIMEOUT);
            if (!closed) {
                Admin bound = bind(asked);
                admin = bound;
                open(bound);
            }
        } catch (IOException e) {
            log.warn("there is no admin endpoint after the restart: " + e.getMessage(), e, "event", "admin-failed");
        }
    }

    private void open(Admin bound) {
        bound.start();
        log.info("the admin page is at " + address(bound.endpoint()), "event", "admin", "endpoint", bound.endpoint());
    }

    /// What a browser, or `curl --unix-socket`, takes.
    private static String address(Endpoint endpoint) {
        return switch (endpoint) {
            case Endpoint.Tcp tcp when tcp.host().equals("*") -> "http://localhost:" + tcp.port() + "/";
            case Endpoint.Tcp tcp -> "http:" + tcp.toString().substring("tcp:".length()) + "/";
            case Endpoint.Unix _, Endpoint.Tls _, Endpoint.Udp _, Endpoint.UnixDatagram _, Endpoint.Inherited _ ->
                endpoint.toString();
        };
    }

    /// Closes the endpoint for the program that replaces this one, soon: the request for the restart is still to be
    /// answered.
    ///
    /// @param free is run once it is closed
    private void release(Runnable free) {
        Thread.ofPlatform().daemon().name("polyserve-admin-release").start(() -> {
            close();
            free.run();
        });
    }

    @Override
    public void close() {
        closed = true;
        Admin bound = admin;
        if (bound != null) {
            bound.close();
        }
    }
}
