package dev.polyserve.coroutine;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Generators that become unreachable before they are closed.
class GeneratorDroppedTest {
    private static final long LONG_SECONDS = 60;

    @Test
    void anUnreachableGeneratorIsClosed() throws Exception {
        var closed = new CountDownLatch(20);
        for (int i = 0; i < 20; i++) {
            dropHalfWay(closed);
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONG_SECONDS);
        while (!closed.await(20, TimeUnit.MILLISECONDS) && System.nanoTime() < deadline) {
            System.gc();
        }
        assertThat(closed.getCount()).as("generators not closed").isZero();
    }

    private static void dropHalfWay(CountDownLatch closed) {
        Generator<Integer> dropped = Generator.of(out -> {
            try {
                out.yield(1);
                out.yield(2);
            } finally {
                closed.countDown();
            }
        });
        dropped.next();
    }

    /// The objects of the body and its thread are released, also those of a generator that it delegates to.
    @ParameterizedTest
    @EnumSource
    void anUnreachableGeneratorReleasesEverything(ThreadKind consumer) throws Exception {
        var held = new ConcurrentLinkedQueue<WeakReference<Object>>();
        consumer.run(() -> {
            for (int i = 0; i < 20; i++) {
                Generator<Integer> dropped = delegating(holding(held), held);
                dropped.next();
                dropped.next();
            }
        });
        assertThat(held).hasSize(20 * 3);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONG_SECONDS);
        while (held.stream().anyMatch(reference -> reference.get() != null) && System.nanoTime() < deadline) {
            System.gc();
        }
        assertThat(held).allMatch(reference -> reference.get() == null);
    }

    private static Generator<Integer> delegating(Generator<Integer> other, Queue<WeakReference<Object>> held) {
        return Generator.of(out -> {
            held.add(new WeakReference<>(Thread.currentThread()));
            out.yieldAll(other);
        });
    }

    private static Generator<Integer> holding(Queue<WeakReference<Object>> held) {
        return Generator.of(out -> {
            byte[] large = new byte[100_000];
            held.add(new WeakReference<>(large));
            held.add(new WeakReference<>(Thread.currentThread()));
            for (int i = 0;; i++) {
                out.yield(i + large.length);
            }
        });
    }
}
