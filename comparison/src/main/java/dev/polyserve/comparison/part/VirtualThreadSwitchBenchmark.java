package dev.polyserve.comparison.part;

import dev.polyserve.coroutine.carrier.Carrier;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/// A switch between two waiting virtual threads: one unparks the other and parks.
///
/// With a lent carrier thread both run from the same queue, as on an event loop. With the default scheduler, each
/// switch goes through the JDK's pool, which may use another processor.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class VirtualThreadSwitchBenchmark {
    private static final int SWITCHES = 10_000;

    private final Queue<Runnable> runQueue = new ArrayDeque<>();

    /// Called by JMH.
    public VirtualThreadSwitchBenchmark() {}

    /// Both virtual threads on this carrier thread.
    @Benchmark
    @OperationsPerInvocation(SWITCHES)
    public void lentThread() {
        PingPong.start(Carrier.threadsOn(runQueue::add));
        for (Runnable next; (next = runQueue.poll()) != null;) {
            next.run();
        }
    }

    /// Both virtual threads on the JDK's scheduler.
    @Benchmark
    @OperationsPerInvocation(SWITCHES)
    public void defaultScheduler() throws InterruptedException {
        PingPong.start(Thread.ofVirtual()).last.join();
    }

    /// Two virtual threads that alternate.
    private static final class PingPong {
        private final Thread first;
        private final Thread last;
        private volatile boolean turnOfFirst = true;

        private PingPong(Thread.Builder.OfVirtual threads) {
            first = threads.unstarted(() -> play(true));
            last = threads.unstarted(() -> play(false));
        }

        static PingPong start(Thread.Builder.OfVirtual threads) {
            var game = new PingPong(threads);
            game.last.start();
            game.first.start();
            return game;
        }

        private void play(boolean asFirst) {
            Thread other = asFirst ? last : first;
            for (int i = 0; i < SWITCHES / 2; i++) {
                while (turnOfFirst != asFirst) {
                    LockSupport.park(this);
                }
                turnOfFirst = !asFirst;
                LockSupport.unpark(other);
            }
        }
    }
}
