package dev.polyserve.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A blocked output does not block the callers.
@Timeout(30)
class AsyncLineWriterTest {
    @Test
    void linesComeOutInOrderBeforeCloseReturns() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        AsyncLineWriter writer = new AsyncLineWriter(new PrintStream(out), "test", 1000, lost -> lost + " lost");
        for (int i = 0; i < 500; i++) {
            assertThat(writer.offer("line " + i)).isTrue();
        }
        writer.close();
        writer.close();
        assertThat(out.toString(StandardCharsets.UTF_8).lines()).hasSize(500).startsWith("line 0").endsWith("line 499");
    }

    @Test
    void lostLinesAreCountedAndReported() throws Exception {
        Stuck out = new Stuck();
        AsyncLineWriter writer = new AsyncLineWriter(new PrintStream(out, true), "test", 2, lost -> lost + " lost");
        writer.offer("first");
        out.writing.await();
        for (int i = 0; i < 10; i++) {
            writer.offer("line " + i);
        }
        out.free.countDown();
        writer.close();
        assertThat(out.taken.toString(StandardCharsets.UTF_8)).contains("first\nline 0\nline 1\n", "8 lost\n");
    }

    @Test
    void aWriterThatNeverStartedClosesAtOnce() {
        new AsyncLineWriter(new PrintStream(OutputStream.nullOutputStream()), "test", 1, lost -> "").close();
    }

    /// An output that blocks until it is released.
    private static final class Stuck extends OutputStream {
        private final CountDownLatch writing = new CountDownLatch(1);
        private final CountDownLatch free = new CountDownLatch(1);
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();

        @Override
        public void write(int value) {
            write(new byte[]{(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            writing.countDown();
            try {
                free.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            taken.write(bytes, offset, length);
        }
    }
}
