package dev.polyserve.lab.page;

import dev.polyserve.Endpoint;
import dev.polyserve.admin.http.BearerToken;
import dev.polyserve.admin.http.HttpAccessPolicy;
import dev.polyserve.admin.http.ServerSentEvents;
import dev.polyserve.admin.http.HttpEndpoint;
import dev.polyserve.lab.Lab;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/// Serves the page of a lab over HTTP, at an address of this machine. Its address has a token: a program that does not
/// know it can look, and start nothing.
///
/// **Thread**: any.
public final class LabPageServer implements AutoCloseable {
    private static final String NAME = "lab";
    private static final Duration INTERVAL = Duration.ofMillis(100);
    private static final Duration STUCK = Duration.ofSeconds(30);

    private final HttpEndpoint http;
    private final ServerSentEvents streams;
    private final URI address;
    private final AtomicBoolean closed = new AtomicBoolean();

    private LabPageServer(HttpEndpoint http, ServerSentEvents streams, URI address) {
        this.http = http;
        this.streams = streams;
        this.address = address;
    }

    /// Starts the page of a lab.
    ///
    /// @param listen an address of loopback; port 0 takes a free one
    /// @throws IllegalArgumentException in one sentence, when it is no address of loopback
    /// @throws IOException in one sentence: where it cannot listen, and why
    public static LabPageServer start(Endpoint listen, Lab lab) throws IOException {
        if (!(listen instanceof Endpoint.Tcp tcp) || !HttpEndpoint.isLoopback(tcp)) {
            throw new IllegalArgumentException("the lab starts programs, so its page is for this machine only;"
                    + " give an endpoint such as tcp://127.0.0.1:0");
        }
        HttpEndpoint http = HttpEndpoint.bind(tcp, NAME);
        Endpoint.Tcp bound = new Endpoint.Tcp(tcp.host(), http.port());
        String token = BearerToken.randomText();
        ServerSentEvents streams = new ServerSentEvents(() -> new LabRunEventSource(lab), INTERVAL, STUCK);
        HttpAccessPolicy rules = new HttpAccessPolicy(bound, false, NAME, "open the address that polyserve lab printed",
                Optional.of(new BearerToken(token)));
        http.start(new LabPageHandler(lab, rules, streams));
        String host = tcp.host().contains(":") ? "[" + tcp.host() + "]" : tcp.host();
        return new LabPageServer(http, streams, URI.create("http://" + host + ":" + http.port() + "/#" + token));
    }

    /// Where the page is, with its token.
    public URI address() {
        return address;
    }

    /// Frees the port and ends all open pages, but not the lab. A second call has no effect.
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            streams.close();
            http.close();
        }
    }
}
