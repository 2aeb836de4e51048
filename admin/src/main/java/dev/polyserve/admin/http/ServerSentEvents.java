package dev.polyserve.admin.http;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// Sends server-sent events to each open page, at a fixed interval (WHATWG HTML, 9.2).
///
/// A page that stops reading occupies one virtual thread and no memory that grows; after some time it is ended.
///
/// **Thread**: any; each stream is served by the thread of its exchange.
public final class ServerSentEvents implements AutoCloseable {
    private static final int MOST = 16;
    /// A line that a page ignores: without it, the end of a silent page would not be noticed.
    private static final byte[] COMMENT = ":\n".getBytes(StandardCharsets.US_ASCII);
    private static final long SILENT_NANOS = 1_000_000_000;

    private final Supplier<ServerSentEventSource> sources;
    private final Duration interval;
    private final long stuckNanos;
    private final Set<Stream> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /// @param sources makes the events of a page that is opened
    /// @param interval the time between two looks at what has happened
    /// @param stuck how long a page may read nothing
    public ServerSentEvents(Supplier<ServerSentEventSource> sources, Duration interval, Duration stuck) {
        this.sources = sources;
        this.interval = interval;
        this.stuckNanos = stuck.toNanos();
    }

    /// One page, and since when it has not read; 0 while nothing is written.
    private static final class Stream {
        private final Thread thread = Thread.currentThread();
        private volatile long writesSinceNanos;
        private long wroteNanos = System.nanoTime();

        void write(OutputStream out, byte[] bytes) throws IOException {
            wroteNanos = System.nanoTime();
            writesSinceNanos = wroteNanos | 1;
            out.write(bytes);
            out.flush();
            writesSinceNanos = 0;
        }
    }

    /// The number of open pages.
    public int pages() {
        return open.size();
    }

    /// Whether one more page may be opened; ends those that do not read.
    public boolean hasRoom() {
        endStuck();
        return !closed && open.size() < MOST;
    }

    /// The answer to a page for which there is no room; empty if there is. Ends those that do not read.
    public Optional<HttpEndpointResponse> refusal() {
        return hasRoom()
                ? Optional.empty()
                : Optional.of(HttpEndpointResponse.text(HttpEndpointResponse.UNAVAILABLE,
                        "too many pages are open: close another one"));
    }

    /// Serves one page until it is closed, stops reading, or the server ends.
    ///
    /// @throws IOException if the page is closed
    public void serve(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(HttpEndpointResponse.OK, -1); // its events would go nowhere, without an end
            return;
        }
        Stream stream = new Stream();
        open.add(stream);
        try {
            exchange.sendResponseHeaders(HttpEndpointResponse.OK, 0);
            ServerSentEventSource source = sources.get();
            while (!closed) {
                sendNext(source, stream, exchange.getResponseBody());
                Thread.sleep(interval);
                endStuck();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // it is closed
        } finally {
            open.remove(stream);
        }
    }

    private static void sendNext(ServerSentEventSource source, Stream stream, OutputStream out)
            throws IOException, InterruptedException {
        for (ServerSentEventSource.Event event : source.next()) {
            stream.write(out, ("event: " + event.name() + "\ndata: " + event.json() + "\n\n")
                    .getBytes(StandardCharsets.UTF_8));
        }
        if (System.nanoTime() - stream.wroteNanos > SILENT_NANOS) {
            stream.write(out, COMMENT);
        }
    }

    /// An interrupt closes the connection that its thread writes to.
    private void endStuck() {
        for (Stream stream : open) {
            long since = stream.writesSinceNanos;
            if (since != 0 && System.nanoTime() - since > stuckNanos) {
                stream.thread.interrupt();
            }
        }
    }

    /// Ends all streams.
    @Override
    public void close() {
        closed = true;
        open.forEach(stream -> stream.thread.interrupt());
    }
}
