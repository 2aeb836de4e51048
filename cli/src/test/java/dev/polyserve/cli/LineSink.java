package dev.polyserve.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/// Collects printed lines, and waits for a given line.
final class LineSink extends OutputStream {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    /// How many streams are still collected.
    private int open;

    @Override
    public synchronized void write(int value) {
        bytes.write(value);
        notifyAll();
    }

    @Override
    public synchronized void write(byte[] from, int offset, int length) {
        bytes.write(from, offset, length);
        notifyAll();
    }

    /// Collects everything that comes from a stream, on a thread of its own.
    synchronized void collect(InputStream from) {
        open++;
        Thread.ofPlatform().daemon().start(() -> {
            try (from) {
                from.transferTo(this);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                ended();
            }
        });
    }

    private synchronized void ended() {
        open--;
        notifyAll();
    }

    /// Waits until the collected streams have ended: a process that has ended may have left output in the pipe.
    synchronized void awaitEnd() throws InterruptedException {
        long deadlineNanos = System.nanoTime() + TIMEOUT.toNanos();
        while (open > 0) {
            long leftMillis = (deadlineNanos - System.nanoTime()) / 1_000_000;
            if (leftMillis <= 0) {
                throw new AssertionError("the stream did not end; there is:\n" + all());
            }
            wait(leftMillis);
        }
    }

    PrintStream stream() {
        return new PrintStream(this, true, StandardCharsets.UTF_8);
    }

    synchronized byte[] bytes() {
        return bytes.toByteArray();
    }

    /// The text without the reports of event loops that a busy machine delayed ([StallReports]): any test may have one.
    synchronized String text() {
        return StallReports.removedFrom(all());
    }

    private synchronized String all() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /// The first complete line that matches.
    String await(Predicate<String> wanted) throws InterruptedException {
        return await(wanted, 1).getFirst();
    }

    /// The complete lines that match, as soon as there are so many.
    synchronized List<String> await(Predicate<String> wanted, int count) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + TIMEOUT.toNanos();
        while (true) {
            String all = all();
            int whole = all.lastIndexOf('\n') + 1;
            List<String> found = all.substring(0, whole).lines().filter(wanted).toList();
            if (found.size() >= count) {
                return found;
            }
            long leftMillis = (deadlineNanos - System.nanoTime()) / 1_000_000;
            if (leftMillis <= 0) {
                throw new AssertionError("the line did not come; there is:\n" + all);
            }
            wait(leftMillis);
        }
    }

    String awaitContaining(String part) throws InterruptedException {
        return await(line -> line.contains(part));
    }
}
