package dev.polyserve.bench.contender;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ProcessOutputTailTest {
    @Test
    void keepsTheLastLines() throws Exception {
        String text = String.join("\n", IntStream.range(0, 100).mapToObj(i -> "line " + i).toList());
        ProcessOutputTail tail = ProcessOutputTail.of(stream(text), "test");
        assertThat(tail.awaitEnd()).isTrue();
        assertThat(tail.lines()).hasSize(ProcessOutputTail.LINES).startsWith("line 80").endsWith("line 99");
    }

    @Test
    void aLineWithoutEndIsCut() throws Exception {
        ProcessOutputTail tail = ProcessOutputTail.of(stream("x".repeat(1 << 20) + "\n\n  \nlast"), "test");
        assertThat(tail.awaitEnd()).isTrue();
        assertThat(tail.lines()).containsExactly("x".repeat(ProcessOutputTail.LINE_BYTES), "last");
    }

    @Test
    void passesOnEachLineAsItArrives() throws Exception {
        var lines = new LinkedBlockingQueue<String>();
        try (var out = new PipedOutputStream(); var in = new PipedInputStream(out)) {
            ProcessOutputTail tail = ProcessOutputTail.of(in, "test", lines::add);
            out.write("one\ntwo".getBytes(StandardCharsets.UTF_8));
            out.flush();
            assertThat(lines.poll(20, TimeUnit.SECONDS)).isEqualTo("one");
            Eventually.holds("the line is kept after the predicate accepted it",
                    () -> tail.lines().equals(List.of("one")));
            out.write("\n".getBytes(StandardCharsets.UTF_8));
            out.flush();
            assertThat(lines.poll(20, TimeUnit.SECONDS)).isEqualTo("two");
        }
    }

    @Test
    void keepsTheLinesThatThePredicateAccepts() throws Exception {
        ProcessOutputTail tail = ProcessOutputTail.of(stream("ready\nto serve\nready\n"), "test",
                line -> !line.equals("ready"));
        assertThat(tail.awaitEnd()).isTrue();
        assertThat(tail.lines()).containsExactly("to serve");
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }
}
