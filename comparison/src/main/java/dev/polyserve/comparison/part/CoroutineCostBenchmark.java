package dev.polyserve.comparison.part;

import dev.polyserve.coroutine.Generator;
import dev.polyserve.coroutine.hub.Hub;
import dev.polyserve.coroutine.hub.HubOptions;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// The costs of coroutines: a value of a generator, a switch between greenlets, a task from spawn to join, a sleep of
/// zero time.
///
/// `comparison/jmh` measures with a lent carrier thread, `comparison/jmh --stock` on an unmodified JDK.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CoroutineCostBenchmark {
    private static final int TIMES = 10_000;
    private static final HubOptions UNWATCHED = HubOptions.defaults().withStallLimit(Duration.ZERO);
    private static final Integer ONE = 1;
    private static final int DEPTH = 10;

    private Generator<Integer> generator = ones();
    private Iterator<Integer> handWritten = new Ones();
    private Generator<Integer> delegating = delegating(DEPTH);
    private Iterator<Integer> kotlin = KotlinSequence.endless(ONE);
    private Iterator<Integer> kotlinDelegating = KotlinSequence.delegating(DEPTH, ONE);

    /// Called by JMH.
    public CoroutineCostBenchmark() {}

    private static Generator<Integer> ones() {
        return Generator.of(out -> {
            while (true) {
                out.yield(ONE);
            }
        });
    }

    private static Generator<Integer> delegating(int depth) {
        return depth == 0 ? ones() : Generator.of(out -> out.yieldAll(delegating(depth - 1)));
    }

    /// Creates a generator and starts it on the measuring thread.
    @Setup(Level.Iteration)
    public void begin() {
        generator = ones();
        handWritten = new Ones();
        delegating = delegating(DEPTH);
        kotlin = KotlinSequence.endless(ONE);
        kotlinDelegating = KotlinSequence.delegating(DEPTH, ONE);
    }

    @TearDown(Level.Iteration)
    public void end() {
        generator.close();
        delegating.close();
    }

    /// The next value of a generator.
    @Benchmark
    public Integer generatorNext() {
        return generator.next();
    }

    /// The next value of a hand-written iterator.
    @Benchmark
    public Integer iteratorNext() {
        return handWritten.next();
    }

    /// The next value of a generator that delegates through ten others.
    @Benchmark
    public Integer generatorDelegatedNext() {
        return delegating.next();
    }

    /// The next value of Kotlin's `sequence`.
    @Benchmark
    public Integer kotlinNext() {
        return kotlin.next();
    }

    /// The next value of a `sequence` that delegates through ten others.
    @Benchmark
    public Integer kotlinDelegatedNext() {
        return kotlinDelegating.next();
    }

    /// A switch between two greenlets.
    @Benchmark
    @OperationsPerInvocation(TIMES)
    public Integer greenletSwitch() {
        try (var pair = new GreenletPair()) {
            return pair.countDown(TIMES);
        }
    }

    /// A task from its spawn to the end of its join.
    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void spawnAndJoin() throws Exception {
        Hub.run(UNWATCHED, hub -> {
            for (int i = 0; i < TIMES; i++) {
                hub.spawn(() -> ONE).join();
            }
        });
    }

    /// A sleep of zero time, while another task does the same.
    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void sleepZero() throws Exception {
        Hub.run(UNWATCHED, hub -> {
            for (int tasks = 0; tasks < 2; tasks++) {
                hub.spawn(() -> {
                    for (int i = 0; i < TIMES / 2; i++) {
                        hub.sleep(Duration.ZERO);
                    }
                });
            }
        });
    }

    private static final class Ones implements Iterator<Integer> {
        @Override
        public boolean hasNext() {
            return true;
        }

        @Override
        public Integer next() {
            return ONE;
        }
    }
}
