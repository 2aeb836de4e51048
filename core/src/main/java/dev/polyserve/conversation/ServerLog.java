package dev.polyserve.conversation;

import java.lang.System.Logger.Level;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What a server says by itself, to the system logger `dev.polyserve`; while it runs, it never waits for where the lines go.
///
/// ```
///   written by who says it ──start──▶ written by a thread of its own ──close──▶ written by who says it
/// ```
///
/// A console that nobody reads or a disk that hangs stops that thread only, not an event loop or the accept loop. Lines
/// that find too many waiting are lost, and counted in the next that is written.
///
/// **Thread**: any.
public final class ServerLog implements AutoCloseable {
    private static final int MOST_WAITING = 512;
    /// For the last lines of a server that ends, where the log takes them.
    private static final long CLOSE_MILLIS = 500;

    private final System.Logger sink;
    private final long closeMillis;
    private final ConcurrentLinkedQueue<Line> lines = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong lost = new AtomicLong();
    private volatile @Nullable Thread writer;
    private volatile boolean closing;

    private record Line(Level level, String text, @Nullable Throwable error) {}

    /// A log that is not started yet.
    public ServerLog() {
        this(System.getLogger("dev.polyserve"), CLOSE_MILLIS);
    }

    /// @param closeMillis how long closing waits for the lines to be written
    ServerLog(System.Logger sink, long closeMillis) {
        this.sink = sink;
        this.closeMillis = closeMillis;
    }

    /// Says something went wrong that somebody should know.
    public void warn(String text, @Nullable Throwable error) {
        log(Level.WARNING, () -> text, error);
    }

    /// Says something, if anybody wants to know.
    ///
    /// @param text asked at once, and only if the level is shown
    public void log(Level level, Supplier<String> text, @Nullable Throwable error) {
        if (!sink.isLoggable(level)) {
            return;
        }
        Line line = new Line(level, text.get(), error);
        if (waiting.incrementAndGet() > MOST_WAITING) {
            waiting.decrementAndGet();
            lost.incrementAndGet();
            return;
        }
        lines.add(line);
        Thread writing = writer;
        if (writing == null) {
            writeAll();
        } else {
            LockSupport.unpark(writing);
        }
    }

    /// Starts its thread, if it has none. **Thread**: one at a time.
    public void start() {
        if (writer != null) {
            return;
        }
        Thread writing = Thread.ofPlatform().daemon().name("polyserve-server-log").unstarted(this::write);
        writing.start();
        writer = writing;
    }

    /// Ends its thread when everything was written, or after a moment if that is not to be.
    @Override
    public void close() {
        Thread writing = writer;
        if (writing == null) {
            return;
        }
        closing = true;
        LockSupport.unpark(writing);
        try {
            writing.join(closeMillis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write() {
        while (!closing || !lines.isEmpty()) {
            writeAll();
            if (!closing && lines.isEmpty()) {
                LockSupport.park(this);
                // Nobody has a reason to interrupt it, and it would not wait any more.
                Thread.interrupted();
            }
        }
        writer = null;
        // Whoever added a line just before and still saw a writer.
        writeAll();
    }

    private void writeAll() {
        for (Line line; (line = lines.poll()) != null;) {
            waiting.decrementAndGet();
            long missing = lost.getAndSet(0);
            if (missing > 0) {
                write(new Line(Level.WARNING, "lines lost, because this log did not take them: " + missing, null));
            }
            write(line);
        }
    }

    private void write(Line line) {
        try {
            sink.log(line.level, line.text, line.error);
        } catch (RuntimeException | Error e) {
            // There is no better place to say so, and what it is about is done.
            lost.incrementAndGet();
        }
    }
}
