package dev.polyserve.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.polyserve.Server;
import dev.polyserve.admin.http.HttpAccessPolicy;
import dev.polyserve.admin.http.HttpEndpointResponse;
import dev.polyserve.admin.http.ServerSentEvents;
import dev.polyserve.admin.http.StaticFiles;
import dev.polyserve.admin.http.StaticFiles.StaticFile;
import dev.polyserve.admin.status.ConnectionQueryParser;
import dev.polyserve.admin.status.ConnectionTable;
import dev.polyserve.admin.status.ServerStatus;
import dev.polyserve.metrics.MetricsText;
import dev.polyserve.metrics.ServerMetrics;
import dev.polyserve.text.JsonObjectWriter;
import dev.polyserve.text.PrintableText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Answers the requests of the admin endpoint.
///
/// **Thread**: any; each exchange has a virtual thread of its own.
final class AdminHandler implements HttpHandler {
    /// How long the accept loop may be stuck before the server counts as ill.
    private static final long PULSE_SECONDS = 2;
    private static final int TEXT_BYTES = 64 << 10;
    private static final String PATHS = "/, /metrics, /health, /ready, /status, /connections and /events";
    private static final String VENDOR = "vendor/uplot-1.6.32/";
    private static final StaticFiles FILES = new StaticFiles(
            Map.of("/", StaticFile.html("admin.html"), "/admin.js", StaticFile.script("admin.js"), "/base.css",
                    StaticFile.style("base/base.css"), "/controls.css", StaticFile.style("base/controls.css"),
                    "/admin.css", StaticFile.style("admin.css"),
                    "/uPlot.js", StaticFile.script(VENDOR + "uPlot.iife.min.js"),
                    "/uPlot.css", StaticFile.style(VENDOR + "uPlot.min.css")),
            AdminHandler.class::getResourceAsStream);

    private final AdministeredServer target;
    private final HttpAccessPolicy rules;
    private final ServerSentEvents streams;
    private final AdminActions actions;
    private final MetricsText metrics;
    /// Not a virtual thread: the handlers of a server may run on the same carriers, and the buffer of a BufferedWriter grows by each
    /// write there, which makes megabytes of garbage of a scrape.
    private final ExecutorService scrapes = Executors
            .newSingleThreadExecutor(Thread.ofPlatform().daemon().name("polyserve-admin-scrapes").factory());

    AdminHandler(AdministeredServer target, HttpAccessPolicy rules, ServerSentEvents streams) {
        this.target = target;
        this.rules = rules;
        this.streams = streams;
        this.actions = new AdminActions(target);
        this.metrics = new MetricsText(ServerMetrics.of(target.server()).withGeneration(target::generation));
    }

    /// Reads all figures once, so that the first scrape does not wait for classes to be loaded.
    void prepare() {
        var _ = scrapes.submit(() -> text(null));
    }

    /// Answers no more scrapes.
    void close() {
        scrapes.shutdown();
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            HttpEndpointResponse.secure(exchange.getResponseHeaders());
            String path = exchange.getRequestURI().getPath();
            boolean acts = exchange.getRequestMethod().equals("POST");
            Optional<HttpEndpointResponse> early = early(exchange, path == null ? "" : path, acts);
            if (early.isPresent()) {
                early.get().send(exchange);
            } else if (path.equals("/events")) {
                streams.serve(exchange);
            } else {
                (acts ? actions.run(path) : read(exchange, path)).send(exchange);
            }
        }
    }

    /// The answer that depends on nothing of the server: a file of the page, or why the request is refused.
    private Optional<HttpEndpointResponse> early(HttpExchange exchange, String path, boolean acts) throws IOException {
        Optional<HttpEndpointResponse> file = FILES.at(path);
        boolean isAction = AdminActions.exists(path);
        boolean isReading = file.isPresent() || isData(path);
        if (!isAction && !isReading) {
            return Optional.of(HttpEndpointResponse.text(HttpEndpointResponse.NOT_FOUND,
                    "there is nothing at " + PrintableText.of(path)
                            + ": the admin endpoint has " + PATHS));
        }
        Optional<HttpEndpointResponse> wrongMethod = HttpEndpointResponse.ofWrongMethod(exchange, path, isAction);
        if (wrongMethod.isPresent() || file.isPresent()) {
            return wrongMethod.or(() -> file);
        }
        Optional<HttpEndpointResponse> refusal = rules.refusal(exchange.getRequestHeaders(), acts);
        refusal.filter(answer -> answer.status() == HttpEndpointResponse.UNAUTHORIZED)
                .ifPresent(_ -> exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer realm=\"polyserve\""));
        return refusal.isEmpty() && path.equals("/events") ? streams.refusal() : refusal;
    }

    private static boolean isData(String path) {
        return switch (path) {
            case "/metrics", "/health", "/ready", "/status", "/connections", "/events" -> true;
            default -> false;
        };
    }

    private HttpEndpointResponse read(HttpExchange exchange, String path) throws IOException {
        return switch (path) {
            case "/metrics" -> metrics(exchange.getRequestHeaders().getFirst("Accept"));
            case "/health" -> health();
            case "/ready" -> ready();
            case "/status" -> HttpEndpointResponse.json(status().json());
            case "/connections" -> connections(exchange.getRequestURI().getRawQuery());
            default -> throw new IllegalArgumentException("no data: " + path);
        };
    }

    private ServerStatus status() {
        return new ServerStatus(server(), target.service(), target.generation());
    }

    private HttpEndpointResponse metrics(@Nullable String accept) throws IOException {
        try {
            return new HttpEndpointResponse(HttpEndpointResponse.OK, metrics.contentType(accept),
                    scrapes.submit(() -> text(accept)).get());
        } catch (ExecutionException e) {
            throw new IOException("the metrics cannot be read: " + e.getCause(), e);
        } catch (RejectedExecutionException e) {
            return closed();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return closed();
        }
    }

    private byte[] text(@Nullable String accept) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream(TEXT_BYTES);
        metrics.write(accept, text);
        return text.toByteArray();
    }

    private static HttpEndpointResponse closed() {
        return HttpEndpointResponse.text(HttpEndpointResponse.UNAVAILABLE, "the admin endpoint is closed");
    }

    private HttpEndpointResponse health() {
        if (server().isStopped()) {
            return HttpEndpointResponse.text(HttpEndpointResponse.UNAVAILABLE, "the server has stopped");
        }
        try {
            server().pulse().get(PULSE_SECONDS, TimeUnit.SECONDS);
            return HttpEndpointResponse.text(HttpEndpointResponse.OK, "healthy");
        } catch (TimeoutException e) {
            return HttpEndpointResponse.text(HttpEndpointResponse.UNAVAILABLE,
                    "the accept loop has been stuck for " + PULSE_SECONDS + " s");
        } catch (ExecutionException e) {
            return HttpEndpointResponse.text(HttpEndpointResponse.UNAVAILABLE,
                    "the accept loop has failed: " + e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return closed();
        }
    }

    private HttpEndpointResponse ready() {
        return server().isAccepting()
                ? HttpEndpointResponse.text(HttpEndpointResponse.OK, "ready")
                : HttpEndpointResponse.text(HttpEndpointResponse.UNAVAILABLE,
                        "not ready: the server accepts no connections now");
    }

    private HttpEndpointResponse connections(@Nullable String query) {
        try {
            return HttpEndpointResponse
                    .json(JsonObjectWriter.of(new ConnectionTable(server()).rows(ConnectionQueryParser.parse(query))));
        } catch (IllegalArgumentException e) {
            return HttpEndpointResponse.text(HttpEndpointResponse.BAD_REQUEST, String.valueOf(e.getMessage()));
        }
    }

    private Server server() {
        return target.server();
    }
}
