package dev.polyserve.admin.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// The answer to a request: a status of HTTP, a media type and a body.
@SuppressWarnings("ArrayRecordComponent") // written once, never compared
public record HttpEndpointResponse(int status, String type, byte[] body) {
    public static final int OK = 200;
    public static final int ACCEPTED = 202;
    public static final int BAD_REQUEST = 400;
    public static final int UNAUTHORIZED = 401;
    public static final int FORBIDDEN = 403;
    public static final int NOT_FOUND = 404;
    public static final int NOT_ALLOWED = 405;
    public static final int CONFLICT = 409;
    public static final int TOO_LARGE = 413;
    public static final int FAILED = 500;
    public static final int UNAVAILABLE = 503;

    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String JSON = "application/json";
    /// Scripts, styles and connections of this endpoint only; nothing may frame it.
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
            + " img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// One sentence.
    public static HttpEndpointResponse text(int status, String sentence) {
        return new HttpEndpointResponse(status, TEXT, (sentence + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /// A JSON object.
    public static HttpEndpointResponse json(String object) {
        return new HttpEndpointResponse(OK, JSON, object.getBytes(StandardCharsets.UTF_8));
    }

    /// The answer to a request whose method is not that of its path, with the header that names the right one; empty if it
    /// is.
    ///
    /// @param isAction whether the path takes POST, and not GET or HEAD
    public static Optional<HttpEndpointResponse> ofWrongMethod(HttpExchange exchange, String path, boolean isAction) {
        String method = exchange.getRequestMethod();
        if (isAction ? method.equals("POST") : method.equals("GET") || method.equals("HEAD")) {
            return Optional.empty();
        }
        String allowed = isAction ? "POST" : "GET";
        exchange.getResponseHeaders().set("Allow", allowed);
        return Optional.of(text(NOT_ALLOWED, path + " takes " + allowed + " only"));
    }

    /// Sets the headers by which a browser loads nothing from elsewhere, guesses no type and keeps no copy.
    public static void secure(Headers headers) {
        headers.set("Content-Security-Policy", POLICY);
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("Cache-Control", "no-store");
    }

    /// Sends it; the body only if the request does not ask for the headers alone.
    ///
    /// @throws IOException if the client has gone
    public void send(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.length));
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }
}
