package dev.polyserve.lab.page;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.polyserve.admin.http.HttpAccessPolicy;
import dev.polyserve.admin.http.HttpEndpointResponse;
import dev.polyserve.admin.http.ServerSentEvents;
import dev.polyserve.lab.Lab;
import dev.polyserve.lab.LabException;
import dev.polyserve.lab.LabRun;
import dev.polyserve.text.PrintableText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Answers the requests of the lab's page.
///
/// | path | answers |
/// |---|---|
/// | `/` and its files | the page |
/// | `/choices` | JSON: what a run can be made of |
/// | `/events` | the current run, as server-sent events |
/// | `/run.json`, `/run.html` | the current run so far, as JSON and as a page that needs nothing else |
/// | POST `/start`, `/stop` | the result in one sentence |
///
/// **Thread**: any; each exchange has a virtual thread of its own.
final class LabPageHandler implements HttpHandler {
    private static final int MOST_REQUEST_BYTES = 64 << 10;

    private final Lab lab;
    private final HttpAccessPolicy rules;
    private final ServerSentEvents streams;

    LabPageHandler(Lab lab, HttpAccessPolicy rules, ServerSentEvents streams) {
        this.lab = lab;
        this.rules = rules;
        this.streams = streams;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            HttpEndpointResponse.secure(exchange.getResponseHeaders());
            String path = String.valueOf(exchange.getRequestURI().getPath());
            Optional<HttpEndpointResponse> early = early(exchange, path);
            if (early.isPresent()) {
                early.get().send(exchange);
            } else if (path.equals("/events")) {
                streams.serve(exchange);
            } else {
                answer(exchange, path).send(exchange);
            }
        }
    }

    /// The answer that depends on no run: a file of the page, or why the request is refused.
    private Optional<HttpEndpointResponse> early(HttpExchange exchange, String path) throws IOException {
        Optional<HttpEndpointResponse> file = LabPageFiles.FILES.at(path);
        boolean acts = path.equals("/start") || path.equals("/stop");
        if (file.isEmpty() && !acts && !isData(path)) {
            return Optional.of(HttpEndpointResponse.text(HttpEndpointResponse.NOT_FOUND,
                    "there is nothing at " + PrintableText.of(path)
                            + ": the lab is at /"));
        }
        Optional<HttpEndpointResponse> wrongMethod = HttpEndpointResponse.ofWrongMethod(exchange, path, acts);
        if (wrongMethod.isPresent() || file.isPresent()) {
            return wrongMethod.or(() -> file);
        }
        Optional<HttpEndpointResponse> refusal = rules.refusal(exchange.getRequestHeaders(), acts);
        return refusal.isEmpty() && path.equals("/events") ? streams.refusal() : refusal;
    }

    private static boolean isData(String path) {
        return switch (path) {
            case "/choices", "/events", "/run.json", "/run.html" -> true;
            default -> false;
        };
    }

    private HttpEndpointResponse answer(HttpExchange exchange, String path) throws IOException {
        return switch (path) {
            case "/choices" -> HttpEndpointResponse.json(lab.choices());
            case "/run.json" ->
                lab.current().map(run -> HttpEndpointResponse.json(run.recorded())).orElseGet(LabPageHandler::noRun);
            case "/run.html" -> page(exchange);
            case "/start" -> start(exchange);
            case "/stop" -> stop();
            default -> throw new IllegalArgumentException("no data: " + path);
        };
    }

    private static HttpEndpointResponse noRun() {
        return HttpEndpointResponse.text(HttpEndpointResponse.CONFLICT,
                "there is no run: start one on the page of the lab");
    }

    private HttpEndpointResponse page(HttpExchange exchange) throws IOException {
        Optional<LabRun> run = lab.current();
        if (run.isEmpty()) {
            return noRun();
        }
        exchange.getResponseHeaders().set("Content-Disposition",
                "attachment; filename=\"polyserve-lab-" + run.get().id() + ".html\"");
        return new HttpEndpointResponse(HttpEndpointResponse.OK, "text/html; charset=utf-8",
                SavedLabPage.of(run.get().head(), run.get().recorded(), lab.choices())
                        .getBytes(StandardCharsets.UTF_8));
    }

    private HttpEndpointResponse start(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(MOST_REQUEST_BYTES + 1);
        if (body.length > MOST_REQUEST_BYTES) {
            return HttpEndpointResponse.text(HttpEndpointResponse.TOO_LARGE,
                    "a request for a run has at most " + MOST_REQUEST_BYTES
                            + " bytes: choose fewer servers or a shorter command");
        }
        try {
            return HttpEndpointResponse.text(HttpEndpointResponse.OK,
                    "run " + lab.start(new String(body, StandardCharsets.UTF_8)).id()
                            + " has begun");
        } catch (LabException e) {
            return HttpEndpointResponse.text(HttpEndpointResponse.BAD_REQUEST, String.valueOf(e.getMessage()));
        }
    }

    private HttpEndpointResponse stop() {
        lab.current().ifPresent(LabRun::stop);
        return HttpEndpointResponse.text(HttpEndpointResponse.OK, "the run ends");
    }
}
