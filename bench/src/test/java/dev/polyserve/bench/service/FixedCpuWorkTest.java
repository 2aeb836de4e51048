package dev.polyserve.bench.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Work is a fixed amount of computing.
@Timeout(60)
class FixedCpuWorkTest {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int THREADS_PER_PROCESSOR = 4;
    private static final int MICROS = 20_000;
    private static final double BAND = 1.4;
    private static final long END_OF_3 = 0xd42d_2c99_0353_4b09L;
    private static final long END_OF_25_000 = 0xd546_9a66_bfbc_85b0L;

    /// Expected values computed with Python's integers; peers in other languages must return the same.
    @Test
    void theValuesMatchTheDefinition() {
        assertThat(FixedCpuWork.end(1, 0)).isEqualTo(1);
        assertThat(FixedCpuWork.end(1, 3)).isEqualTo(END_OF_3);
        assertThat(FixedCpuWork.end(1, 25_000)).isEqualTo(END_OF_25_000);
        assertThat(FixedCpuWork.end(FixedCpuWork.end(7, 12_345), 23_456))
                .isEqualTo(FixedCpuWork.end(7, 35_801));
    }

    @Test
    void aRequestBecomesItsReply() throws Exception {
        ByteBuffer frame = ByteBuffer.allocate(30).putInt(0).putLong(3).putLong(1).putLong(-1).put((byte) 9).clear();
        SimulatedWorkRequest.execute(frame);
        assertThat(frame.getInt(0)).isZero();
        assertThat(frame.getLong(4)).isEqualTo(3);
        assertThat(frame.getLong(12)).isEqualTo(END_OF_3);
        assertThat(frame.getLong(20)).isEqualTo(-1);
        assertThat(frame.get(28)).isEqualTo((byte) 9);
    }

    /// Runs several threads per processor, so that each is preempted. Each must still use the processor time of its work. It
    /// may use more: a processor that shares its core with a busy one is slower.
    @Test
    void aPreemptedThreadComputesNothingForFree() throws Exception {
        int threads = THREADS_PER_PROCESSOR * Runtime.getRuntime().availableProcessors();
        ByteBuffer work = ByteBuffer.allocate(SimulatedWorkRequest.HEADER_BYTES).putLong(4, aboutMicros()).putLong(12,
                1);
        CountDownLatch start = new CountDownLatch(threads);
        Callable<Long> one = () -> {
            ByteBuffer mine = ByteBuffer.allocate(work.capacity()).put(work.duplicate()).clear();
            start.countDown();
            start.await();
            return cpuNanos(mine);
        };
        List<Long> each = new ArrayList<>();
        try (var pool = Executors.newFixedThreadPool(threads)) {
            List<Callable<Long>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                all.add(one);
            }
            for (Future<Long> done : pool.invokeAll(all)) {
                each.add(done.get());
            }
        }
        assertThat(each).as("nanoseconds of processor time of each")
                .allSatisfy(nanos -> assertThat((double) nanos).isGreaterThan(MICROS * 1_000 / BAND));
    }

    /// The time of the fastest of several runs, which runs compiled code.
    private static long aboutMicros() throws InterruptedException {
        long length = 1_000_000;
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 100; i++) {
            long before = THREADS.getCurrentThreadCpuTime();
            assertThat(FixedCpuWork.end(1, length)).isNotZero();
            best = Math.min(best, THREADS.getCurrentThreadCpuTime() - before);
        }
        return length * 1_000 * MICROS / best;
    }

    private static long cpuNanos(ByteBuffer work) throws InterruptedException {
        long before = THREADS.getCurrentThreadCpuTime();
        SimulatedWorkRequest.execute(work);
        return THREADS.getCurrentThreadCpuTime() - before;
    }
}
