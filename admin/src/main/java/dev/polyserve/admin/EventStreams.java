package dev.polyserve.admin;

import com.sun.net.httpserver.HttpExchange;
import dev.polyserve.text.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SequencedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// Sends the status once a second to each open page, as server-sent events: first all of it, then what has changed.
///
/// A page that stops reading occupies one virtual thread and no memory that grows; after some time it is ended.
///
/// **Thread**: any; each stream is served by the thread of its exchange.
final class EventStreams implements AutoCloseable {
    private static final int MOST = 16;

    private final Supplier<SequencedMap<String, Object>> status;
    private final Duration interval;
    /// Streams that are due at about the same time share one snapshot.
    private final long freshNanos;
    private final long stuckNanos;
    private final Set<Stream> open = ConcurrentHashMap.newKeySet();
    private volatile Snapshot latest;
    private volatile boolean closed;

    /// @param status reads the figures
    /// @param interval the time between two events
    /// @param stuck how long a page may read nothing
    EventStreams(Supplier<SequencedMap<String, Object>> status, Duration interval, Duration stuck) {
        this.status = status;
        this.interval = interval;
        this.freshNanos = interval.toNanos() / 2;
        this.latest = new Snapshot(System.nanoTime() - freshNanos, new LinkedHashMap<>());
        this.stuckNanos = stuck.toNanos();
    }

    private record Snapshot(long takenNanos, SequencedMap<String, Object> figures) {}

    /// One page, and since when it has not read; 0 while nothing is written.
    private static final class Stream {
        private final Thread thread = Thread.currentThread();
        private volatile long writesSinceNanos;
    }

    /// The number of open pages.
    int pages() {
        return open.size();
    }

    /// Whether one more page may be opened; ends those that do not read.
    boolean hasRoom() {
        endStuck();
        return !closed && open.size() < MOST;
    }

    /// Serves one page until it is closed, stops reading, or the server ends.
    void serve(HttpExchange exchange) throws IOException {
        Stream stream = new Stream();
        open.add(stream);
        try {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(Answer.OK, 0);
            Map<String, Object> known = Map.of();
            while (!closed) {
                SequencedMap<String, Object> now = figures();
                write(stream, exchange.getResponseBody(), known.isEmpty() ? "status" : "change", changes(known, now));
                known = now;
                Thread.sleep(interval);
                endStuck();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // it is closed
        } finally {
            open.remove(stream);
        }
    }

    private static void write(Stream stream, OutputStream out, String event, Map<String, Object> data)
            throws IOException {
        stream.writesSinceNanos = System.nanoTime() | 1;
        out.write(("event: " + event + "\ndata: " + Json.of(data) + "\n\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
        stream.writesSinceNanos = 0;
    }

    private SequencedMap<String, Object> figures() {
        long now = System.nanoTime();
        if (now - latest.takenNanos >= freshNanos) {
            SequencedMap<String, Object> figures = new LinkedHashMap<>(status.get());
            figures.put("atMillis", System.currentTimeMillis());
            latest = new Snapshot(now, figures);
        }
        return latest.figures;
    }

    private static Map<String, Object> changes(Map<String, Object> known, SequencedMap<String, Object> now) {
        Map<String, Object> changed = new LinkedHashMap<>(now);
        changed.entrySet().removeIf(member -> member.getValue().equals(known.get(member.getKey())));
        known.keySet().stream().filter(name -> !now.containsKey(name)).forEach(name -> changed.put(name, ""));
        return changed;
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
