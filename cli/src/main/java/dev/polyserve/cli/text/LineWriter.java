package dev.polyserve.cli.text;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;

/// Writes lines to a stream from one thread of its own, so that an output which takes nothing (a full pipe, a stopped
/// terminal) never stops who has something to say.
///
/// ```
/// idle --offer, put--> running --close--> closed
/// ```
///
/// **Thread**: any.
public final class LineWriter implements AutoCloseable {
    private static final Duration CLOSE_AT_MOST = Duration.ofSeconds(1);
    private static final int MOST_IN_ONE_WRITE = 256;
    /// Compared by identity: no line that anybody offers is this object.
    private static final String END = new String("end");

    private final PrintStream out;
    private final String threadName;
    private final LongFunction<String> whatIsLost;
    private final BlockingQueue<String> lines;
    private final AtomicBoolean started = new AtomicBoolean();
    private final AtomicLong lost = new AtomicLong();
    private final Thread writer;
    private volatile boolean closed;

    /// Writes to `out`; its thread starts with the first line.
    ///
    /// @param capacity lines that may wait
    /// @param whatIsLost the line that reports so many lost ones, once there is room again
    public LineWriter(PrintStream out, String threadName, int capacity, LongFunction<String> whatIsLost) {
        this.out = out;
        this.threadName = threadName;
        this.whatIsLost = whatIsLost;
        this.lines = new ArrayBlockingQueue<>(capacity);
        this.writer = Thread.ofPlatform().daemon().name(threadName).unstarted(this::write);
    }

    /// Takes the line if there is room, without waiting; one that is not taken is counted and reported later.
    public boolean offer(String line) {
        start();
        boolean taken = !closed && lines.offer(line);
        if (!taken) {
            lost.incrementAndGet();
        }
        return taken;
    }

    /// Takes the line, waiting for room; after [#close] the line is lost.
    public void put(String line) throws InterruptedException {
        start();
        boolean taken = false;
        while (!closed && !taken) {
            taken = lines.offer(line, CLOSE_AT_MOST.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /// Writes what was taken, for a second at most, and ends.
    @Override
    public void close() {
        closed = true;
        if (!started.get()) {
            return;
        }
        try {
            if (lines.offer(END, CLOSE_AT_MOST.toMillis(), TimeUnit.MILLISECONDS)) {
                writer.join(CLOSE_AT_MOST);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return threadName;
    }

    private void start() {
        if (!started.get() && started.compareAndSet(false, true)) {
            writer.start();
        }
    }

    private void write() {
        List<String> batch = new ArrayList<>();
        boolean ended = false;
        try {
            while (!ended) {
                batch.add(lines.take());
                lines.drainTo(batch, MOST_IN_ONE_WRITE);
                ended = writeBatch(batch);
                batch.clear();
            }
        } catch (InterruptedException e) {
            // Nobody interrupts this thread but who ends the program.
            Thread.currentThread().interrupt();
        }
    }

    private boolean writeBatch(List<String> batch) {
        boolean ended = false;
        StringBuilder text = new StringBuilder();
        for (String line : batch) {
            if (isEnd(line)) {
                ended = true;
            } else {
                text.append(line).append('\n');
            }
        }
        long missing = lost.getAndSet(0);
        if (missing > 0) {
            text.append(whatIsLost.apply(missing)).append('\n');
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        out.write(bytes, 0, bytes.length);
        out.flush();
        return ended;
    }

    @SuppressWarnings("ReferenceEquality") // The end is an object, not a text: see END.
    private static boolean isEnd(String line) {
        return line == END;
    }
}
