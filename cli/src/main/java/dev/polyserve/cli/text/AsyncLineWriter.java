package dev.polyserve.cli.text;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;

/// Writes lines to a stream on a thread of its own, so that a blocked output (a full pipe, a stopped terminal) never
/// blocks the caller.
///
/// ```
/// idle --offer, put--> running --close--> closed
/// ```
///
/// Callers may be event loops and their coroutines, so the queue is lock-free, and a waiting caller parks.
///
/// *Wake-up*: the caller adds a line, then reads `asleep`; the writer sets `asleep`, then checks for lines, then parks.
/// At least one of the two sees the other's write.
///
/// **Thread**: any.
public final class AsyncLineWriter implements AutoCloseable {
    private static final Duration CLOSE_AT_MOST = Duration.ofSeconds(1);
    private static final int MOST_IN_ONE_WRITE = 256;
    private static final byte[] NOTHING = {};

    private final PrintStream out;
    private final String threadName;
    private final int capacity;
    private final LongFunction<String> lostMessage;
    private final Queue<String> lines = new ConcurrentLinkedQueue<>();
    /// The number of lines in the queue, including those being added.
    private final AtomicInteger count = new AtomicInteger();
    /// The threads that wait for room.
    private final Queue<Thread> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean started = new AtomicBoolean();
    private final AtomicLong lost = new AtomicLong();
    private final Thread writer;
    private volatile boolean asleep;
    private volatile boolean closed;

    /// Writes to `out`; the thread starts with the first line.
    ///
    /// @param capacity maximum number of queued lines
    /// @param lostMessage creates the line that reports the number of lost lines, once there is room again
    public AsyncLineWriter(PrintStream out, String threadName, int capacity, LongFunction<String> lostMessage) {
        this.out = out;
        this.threadName = threadName;
        this.capacity = capacity;
        this.lostMessage = lostMessage;
        this.writer = Thread.ofPlatform().daemon().name(threadName).unstarted(this::write);
    }

    /// Adds the line if there is room, without waiting. Otherwise the line is lost, counted and reported later.
    public boolean offer(String line) {
        start();
        boolean taken = !closed && add(line);
        if (!taken) {
            lost.incrementAndGet();
        }
        return taken;
    }

    /// Adds the line, waiting for room; after [#close] the line is lost.
    public void put(String line) throws InterruptedException {
        start();
        if (closed || add(line)) {
            return;
        }
        Thread current = Thread.currentThread();
        waiting.add(current);
        try {
            // Tried again, now that the writer sees the waiting thread.
            while (!closed && !add(line)) {
                LockSupport.park(this);
                if (Thread.interrupted()) {
                    throw new InterruptedException("interrupted while " + threadName + " had no room for a line");
                }
            }
        } finally {
            waiting.remove(current);
        }
    }

    private boolean add(String line) {
        int before;
        do {
            before = count.get();
            if (before >= capacity) {
                return false;
            }
        } while (!count.compareAndSet(before, before + 1));
        lines.add(line);
        if (asleep) {
            LockSupport.unpark(writer);
        }
        return true;
    }

    /// Writes the queued lines, for a second at most, and ends.
    @Override
    public void close() {
        closed = true;
        tellWaiting();
        if (!started.get()) {
            return;
        }
        LockSupport.unpark(writer);
        try {
            writer.join(CLOSE_AT_MOST);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return threadName;
    }

    /// Starts the thread, which otherwise starts with the first line.
    public void start() {
        if (!started.get() && started.compareAndSet(false, true)) {
            writer.start();
        }
    }

    private void tellWaiting() {
        if (!waiting.isEmpty()) {
            waiting.forEach(LockSupport::unpark);
        }
    }

    private void write() {
        while (true) {
            String first = lines.poll();
            if (first != null) {
                writeBatch(first);
            } else if (closed) {
                return;
            } else {
                sleep();
            }
        }
    }

    private void sleep() {
        asleep = true;
        if (lines.isEmpty() && !closed) {
            LockSupport.park(this);
            // This thread is never interrupted on purpose; a leftover flag would end every later park at once.
            Thread.interrupted();
        }
        asleep = false;
    }

    private void writeBatch(String first) {
        byte[] bytes = takeBatch(first);
        out.write(bytes, 0, bytes.length);
        out.flush();
    }

    /// Takes lines out of the queue, and makes room for others.
    ///
    /// @return the lines; nothing if there is no memory for them: then they are lost and counted
    private byte[] takeBatch(String first) {
        int taken = 0;
        try {
            StringBuilder text = new StringBuilder();
            for (String line = first; line != null; line = taken < MOST_IN_ONE_WRITE ? lines.poll() : null) {
                taken++;
                text.append(line).append('\n');
            }
            long missing = lost.get();
            if (missing > 0) {
                text.append(lostMessage.apply(missing)).append('\n');
            }
            byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            lost.addAndGet(-missing);
            return bytes;
        } catch (OutOfMemoryError e) {
            taken = Math.max(taken, 1); // the first line was taken before
            lost.addAndGet(taken);
            return NOTHING;
        } finally {
            count.addAndGet(-taken);
            tellWaiting();
        }
    }
}
