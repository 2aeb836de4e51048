package dev.polyserve.conversation;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The server's own log, to the system logger `dev.polyserve`. While its thread runs, no caller ever waits for the
/// output.
///
/// ```
///   written by the caller ──start──▶ written by a thread of its own ──close──▶ written by the caller
/// ```
///
/// A console that is not read or a disk that hangs blocks that thread only, not an event loop or the accept loop. Lines
/// that exceed the queue, or for which there is no memory, are lost, and counted in the next line that is written.
///
/// **Thread**: any.
public final class ServerLog implements AutoCloseable {
    private static final int MOST_WAITING = 512;
    /// How many looks in a row may find a closing server's log at the same line; then the log counts as stuck. Looks, not a
    /// time: a machine that is too busy to run the writing thread delays them, too.
    private static final int STUCK_LOOKS = 50;
    /// How long all of them may take, even where the machine is too busy to run the writing thread.
    private static final long CLOSE_MILLIS = 3_000;
    private static final long CLOSE_LOOK_MILLIS = 10;
    private static final long NOT_WRITING = 0;

    private final System.Logger sink;
    private final int stuckLooks;
    private final long closeMillis;
    private final ConcurrentLinkedQueue<Line> lines = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong lost = new AtomicLong();
    private volatile @Nullable Thread writer;
    private volatile boolean closing;
    /// The number of the line that the writing thread is at, from 1.
    private volatile long writing = NOT_WRITING;

    private record Line(Level level, String text, @Nullable Throwable error) {}

    /// A log that is not started yet.
    public ServerLog() {
        this(System.getLogger("dev.polyserve"), STUCK_LOOKS, CLOSE_MILLIS);
    }

    /// @param stuckLooks how many looks closing waits for one line to be written
    /// @param closeMillis how long closing waits for all of them
    ServerLog(System.Logger sink, int stuckLooks, long closeMillis) {
        this.sink = sink;
        this.stuckLooks = stuckLooks;
        this.closeMillis = closeMillis;
        // Initialises the levels: a class whose initialisation fails for lack of memory can never be used again.
        boolean _ = sink.isLoggable(Level.ERROR);
    }

    public void warn(String text, @Nullable Throwable error) {
        log(Level.WARNING, () -> text, error);
    }

    /// Logs a message, if its level is enabled.
    ///
    /// @param text called at once, and only if the level is enabled
    public void log(Level level, Supplier<String> text, @Nullable Throwable error) {
        if (sink.isLoggable(level)) {
            add(level, text.get(), error);
        }
    }

    /// Logs a failure after which the caller goes on. It never throws: while memory is short, the line is lost.
    ///
    /// @param what the sentence before the failure; a constant, because composing one needs memory
    public void failed(Level level, String what, Throwable error) {
        addIfPossible(level, what, "", ": ", error);
    }

    /// Logs an exception of a user's code after which the caller goes on. It never throws, as
    /// [#failed(Level, String, Throwable)].
    ///
    /// @param what the kind of code; a constant
    /// @param which whose it is
    public void threw(Level level, String what, Object which, Throwable error) {
        addIfPossible(level, what, which, " threw ", error);
    }

    private void addIfPossible(Level level, String what, Object which, String verb, Throwable error) {
        try {
            if (sink.isLoggable(level)) {
                add(level, what + which + verb + error, error);
            }
        } catch (RuntimeException | Error e) {
            // There is nowhere to report it; the line counts as lost, and the next one says so.
            lost.incrementAndGet();
        }
    }

    private void add(Level level, String text, @Nullable Throwable error) {
        Line line = new Line(level, text, error);
        if (waiting.incrementAndGet() > MOST_WAITING) {
            waiting.decrementAndGet();
            lost.incrementAndGet();
            return;
        }
        lines.add(line);
        Thread writing = writer;
        if (writing == null) {
            writeAll(this::write);
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

    /// Ends its thread when everything was written, or abandons it when one line takes too long, or all of them do.
    @Override
    public void close() {
        Thread ending = writer;
        if (ending == null) {
            return;
        }
        closing = true;
        LockSupport.unpark(ending);
        try {
            awaitEnd(ending);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitEnd(Thread ending) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(closeMillis);
        long line = NOT_WRITING;
        int looksAtLine = 0;
        while (!ending.join(Duration.ofMillis(CLOSE_LOOK_MILLIS)) && System.nanoTime() - until < 0) {
            looksAtLine = writing == line ? looksAtLine + 1 : 0;
            line = writing;
            if (line != NOT_WRITING && looksAtLine >= stuckLooks) {
                return;
            }
            // A line was written meanwhile, or the thread has not run yet.
            LockSupport.unpark(ending);
        }
    }

    private void write() {
        Consumer<Line> numbered = new NumberedWriter();
        while (!closing || !lines.isEmpty()) {
            try {
                writeAll(numbered);
            } catch (OutOfMemoryError e) {
                lost.incrementAndGet(); // the line that there was no memory to write
            }
            if (!closing && lines.isEmpty()) {
                LockSupport.park(this);
                // No code interrupts this thread on purpose, and a set flag would end every later park at once.
                Thread.interrupted();
            }
        }
        writer = null;
        // Writes a line added just before by a caller that still saw a writer.
        writeAll(numbered);
    }

    /// Writes lines and says at which it is. **Thread**: the writing one.
    private final class NumberedWriter implements Consumer<Line> {
        private long number;

        @Override
        public void accept(Line line) {
            writing = ++number;
            write(line);
            writing = NOT_WRITING;
        }
    }

    private void writeAll(Consumer<Line> write) {
        for (Line line; (line = lines.poll()) != null;) {
            waiting.decrementAndGet();
            sayWhatIsLost(write);
            write.accept(line);
        }
    }

    private void sayWhatIsLost(Consumer<Line> write) {
        long missing = lost.get();
        if (missing == 0) {
            return;
        }
        Line line;
        try {
            line = new Line(Level.WARNING, "lines lost, because this log did not take them: " + missing, null);
        } catch (OutOfMemoryError e) {
            return; // said with a later line
        }
        lost.addAndGet(-missing);
        write.accept(line);
    }

    private void write(Line line) {
        try {
            sink.log(line.level, line.text, line.error);
        } catch (RuntimeException | Error e) {
            // The log itself has failed, so there is nowhere to report it; the event itself is handled.
            lost.incrementAndGet();
        }
    }
}
