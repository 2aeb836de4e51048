package dev.polyserve.bench.contender;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// Reads the output of a process without pause, so that the process never blocks on a full pipe, and keeps the last
/// lines.
///
/// Memory is bounded: the last [#LINES] lines, and of each line the first [#LINE_BYTES] bytes.
///
/// **Thread**: any. A thread of its own reads until no process holds the other end of the pipe.
public final class ProcessOutputTail {
    static final int LINES = 20;
    static final int LINE_BYTES = 500;
    /// Standard input of the started processes: an empty file.
    static final File EMPTY_INPUT = new File("/dev/null");
    private static final int PIECE_BYTES = 8 << 10;
    private static final long END_MILLIS = 500;

    private final InputStream from;
    private final Predicate<String> isKept;
    private final CountDownLatch ended = new CountDownLatch(1);
    /// Guarded by itself.
    private final Deque<String> lines = new ArrayDeque<>();
    /// Owned by the reading thread.
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    private ProcessOutputTail(InputStream from, Predicate<String> isKept) {
        this.from = from;
        this.isKept = isKept;
    }

    /// Starts reading.
    ///
    /// @param what whose output it is, for the name of the thread
    public static ProcessOutputTail of(InputStream from, String what) {
        return of(from, what, _ -> true);
    }

    /// Starts reading.
    ///
    /// @param what whose output it is, for the name of the thread
    /// @param isKept receives each line on the reading thread and returns true for a line to keep; must not block
    public static ProcessOutputTail of(InputStream from, String what, Predicate<String> isKept) {
        ProcessOutputTail tail = new ProcessOutputTail(from, isKept);
        Thread.ofPlatform().daemon().name("output of " + what).start(tail::readAll);
        return tail;
    }

    /// The last lines that were not blank, in order.
    public List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    /// Waits for the end of the output, for a moment at most; to be called when the process has ended.
    ///
    /// @return false when another process still holds the other end
    public boolean awaitEnd() throws InterruptedException {
        return ended.await(END_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void readAll() {
        byte[] piece = new byte[PIECE_BYTES];
        try {
            for (int length; (length = from.read(piece)) >= 0;) {
                take(piece, length);
            }
        } catch (IOException e) {
            // The JDK closes the stream when the process ends.
        } finally {
            endOfLine();
            ended.countDown();
        }
    }

    private void take(byte[] piece, int length) {
        for (int i = 0; i < length; i++) {
            if (piece[i] == '\n') {
                endOfLine();
            } else if (line.size() < LINE_BYTES) {
                line.write(piece[i]);
            }
        }
    }

    private void endOfLine() {
        String text = line.toString(StandardCharsets.UTF_8).strip();
        line.reset();
        if (text.isEmpty()) {
            return;
        }
        if (isKept.test(text)) {
            synchronized (lines) {
                if (lines.size() == LINES) {
                    lines.removeFirst();
                }
                lines.addLast(text);
            }
        }
    }
}
