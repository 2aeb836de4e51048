package dev.polyserve.comparison.part;

import dev.polyserve.Codec;
import dev.polyserve.Framing;
import dev.polyserve.conversation.BufferPool;
import dev.polyserve.conversation.HeapBuffer;
import dev.polyserve.conversation.InputBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/// Decodes one message from a chunk that contains many, as a protocol on a loop receives them.
///
/// Each message is a new object, a `String` or a `byte[]`; its size is the minimum of the allocation figures.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FrameDecodingBenchmark {
    private static final int FRAMES = 100;
    private static final int MESSAGE_BYTES = 32;
    private static final int LIMIT_BYTES = 64 << 10;

    @Param({"LINES", "LENGTH", "VARINT", "DELIMITER"})
    public Kind kind = Kind.LINES;

    private final InputBuffer input = new InputBuffer(BufferPool.UNPOOLED, LIMIT_BYTES, LIMIT_BYTES);
    private final HeapBuffer chunk = new HeapBuffer(LIMIT_BYTES);
    private Codec<?> codec = Framing.lines();
    private int length;

    /// Called by JMH.
    public FrameDecodingBenchmark() {}

    public enum Kind {
        /// Terminated by a line feed.
        LINES,
        /// Prefixed by a length of four bytes.
        LENGTH,
        /// Prefixed by a length of seven bits per byte.
        VARINT,
        /// Terminated by two bytes.
        DELIMITER
    }

    @Setup
    public void fill() {
        ByteBuffer frames = chunk.room();
        for (int i = 0; i < FRAMES; i++) {
            frames.put(frame().getBytes(StandardCharsets.US_ASCII));
        }
        length = frames.position();
        codec = codec();
    }

    private Codec<?> codec() {
        return switch (kind) {
            case LINES -> Framing.lines();
            case LENGTH -> Framing.lengthPrefixed(Integer.BYTES, ByteOrder.BIG_ENDIAN);
            case VARINT -> Framing.varintPrefixed();
            case DELIMITER -> Framing.delimited((byte) '\r', (byte) '\n');
        };
    }

    private String frame() {
        String message = "m".repeat(MESSAGE_BYTES);
        return switch (kind) {
            case LINES -> message + "\n";
            case LENGTH -> "\0\0\0" + (char) MESSAGE_BYTES + message;
            case VARINT -> (char) MESSAGE_BYTES + message;
            case DELIMITER -> message + "\r\n";
        };
    }

    @Benchmark
    @OperationsPerInvocation(FRAMES)
    public void decode(Blackhole messages) throws IOException {
        input.lend(chunk, length);
        int count = 0;
        for (Object message; (message = codec.decode(input)) != null; count++) {
            messages.consume(message);
        }
        input.keep();
        if (count != FRAMES) {
            throw new IllegalStateException(count + " messages instead of " + FRAMES);
        }
    }
}
