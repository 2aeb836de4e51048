package dev.polyserve.comparison.part;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.polyserve.comparison.part.FrameDecodingBenchmark.Kind;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.openjdk.jmh.infra.Blackhole;

/// Runs the benchmarks of the parts and checks their results; the hot path allocates nothing.
@Tag("slow")
class PartsTest {
    private static final String TODAY = "Today's password is swordfish. I understand instantiating Blackholes directly is dangerous.";
    private static final long COMPILED_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /// Before escape analysis applies, compiled-away objects are allocated, so the test repeats until nothing is
    /// allocated, or a limit is reached.
    @ParameterizedTest
    @CsvSource({"protocol, 64", "protocol, 1024", "handler, 64", "handler, 1024"})
    void aTurnAllocatesNothing(String style, int requestBytes) {
        var turns = new ConversationTurnBenchmark();
        turns.style = style;
        turns.requestBytes = requestBytes;
        turns.start();
        try {
            long deadline = System.nanoTime() + COMPILED_NANOS;
            double bytesPerTurn;
            do {
                long before = threads.getThreadAllocatedBytes(turns.loopThread());
                turns.echo();
                bytesPerTurn = (double) (threads.getThreadAllocatedBytes(turns.loopThread()) - before)
                        / ConversationTurnBenchmark.TURNS;
            } while (bytesPerTurn >= 1 && System.nanoTime() - deadline < 0);
            assertThat(bytesPerTurn).as("bytes that a turn allocates").isLessThan(1);
        } finally {
            turns.stop();
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyFramingIsDecoded(Kind kind) throws IOException {
        var decoding = new FrameDecodingBenchmark();
        decoding.kind = kind;
        decoding.fill();
        decoding.decode(new Blackhole(TODAY));
    }

    @Test
    void coroutinesOfAllKindsRun() throws Exception {
        var coroutines = new CoroutineCostBenchmark();
        coroutines.begin();
        assertThat(coroutines.generatorNext()).isEqualTo(coroutines.iteratorNext());
        assertThat(coroutines.greenletSwitch()).isZero();
        coroutines.spawnAndJoin();
        coroutines.sleepZero();
        coroutines.end();
    }

    @Test
    void coroutinesSwitch() throws InterruptedException {
        var switches = new VirtualThreadSwitchBenchmark();
        switches.lentThread();
        switches.defaultScheduler();
    }
}
