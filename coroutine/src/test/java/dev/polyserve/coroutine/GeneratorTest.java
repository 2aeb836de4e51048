package dev.polyserve.coroutine;

import dev.polyserve.coroutine.hub.HubMode;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GeneratorTest {
    private static final long LONG_SECONDS = 60;
    private static final int ALLOCATION_VALUES = 10_000;

    private static Generator<Integer> upTo(int last) {
        return Generator.of(out -> {
            for (int i = 1; i <= last; i++) {
                out.yield(i);
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void yieldsInOrderAndEnds(ThreadKind consumer) throws Exception {
        consumer.run(() -> {
            try (Generator<Integer> three = upTo(3)) {
                assertThat(three.next()).isEqualTo(1);
                assertThat(three.hasNext()).isTrue();
                assertThat(three.hasNext()).isTrue();
                assertThat(three.next()).isEqualTo(2);
                assertThat(three.next()).isEqualTo(3);
                assertThat(three.hasNext()).isFalse();
                assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(three::next);
            }
            var seen = new ArrayList<Integer>();
            for (int i : upTo(4)) {
                seen.add(i);
            }
            assertThat(seen).containsExactly(1, 2, 3, 4);
            assertThat(upTo(0).hasNext()).isFalse();
        });
    }

    @ParameterizedTest
    @EnumSource
    void nothingRunsBeforeTheFirstDemandAndNothingAhead(ThreadKind consumer) throws Exception {
        consumer.run(() -> {
            var steps = new ArrayList<String>();
            Generator<String> lazy = Generator.of(out -> {
                steps.add("began");
                out.yield("a");
                steps.add("went on");
                out.yield("b");
            });
            assertThat(steps).isEmpty();
            lazy.next();
            assertThat(steps).containsExactly("began");
            lazy.next();
            assertThat(steps).containsExactly("began", "went on");
            lazy.close();
        });
    }

    @ParameterizedTest
    @EnumSource
    void streamsAndClosesWithTheStream(ThreadKind consumer) throws Exception {
        consumer.run(() -> {
            var closed = new ArrayList<String>();
            Generator<Integer> endless = Generator.of(out -> {
                try {
                    for (int i = 0;; i++) {
                        out.yield(i);
                    }
                } finally {
                    closed.add("closed");
                }
            });
            try (var stream = endless.stream()) {
                assertThat(stream.filter(i -> i % 2 == 1).limit(3).toList()).containsExactly(1, 3, 5);
            }
            assertThat(closed).containsExactly("closed");
        });
    }

    @ParameterizedTest
    @EnumSource
    void sendsIn(ThreadKind consumer) throws Exception {
        consumer.run(() -> {
            Generator<Double> average = Generator.of(out -> {
                double sum = 0;
                double result = Double.NaN;
                for (int count = 1;; count++) {
                    Integer sent = out.exchange(result, Integer.class);
                    sum += sent == null ? 0 : sent;
                    result = sum / count;
                }
            });
            assertThatIllegalStateException().isThrownBy(() -> average.send(1)).withMessageContaining("next() first");
            assertThat(average.next()).isNaN();
            assertThat(average.send(10)).isEqualTo(10);
            assertThat(average.send(20)).isEqualTo(15);
            assertThat(average.next()).isEqualTo(10);
            assertThat(average.hasNext()).isTrue();
            assertThatIllegalStateException().isThrownBy(() -> average.send(1)).withMessageContaining("hasNext()");
            average.next();
            assertThatExceptionOfType(ClassCastException.class).isThrownBy(() -> average.send("ten"));
        });
    }

    @ParameterizedTest
    @EnumSource
    void throwsIn(ThreadKind consumer) throws Exception {
        consumer.run(() -> {
            Generator<String> patient = Generator.of(out -> {
                for (String answer = "first";;) {
                    try {
                        out.yield(answer);
                        answer = "next";
                    } catch (IllegalArgumentException e) {
                        answer = "caught " + e.getMessage();
                    }
                }
            });
            assertThat(patient.next()).isEqualTo("first");
            assertThat(patient.throwIn(new IllegalArgumentException("this"))).isEqualTo("caught this");
            assertThat(patient.next()).isEqualTo("next");
            assertThatExceptionOfType(GeneratorException.class)
                    .isThrownBy(() -> patient.throwIn(new IOException("that")))
                    .havingCause().isInstanceOf(IOException.class).withMessage("that");
            assertThat(patient.hasNext()).isFalse();

            Generator<Integer> unbegun = upTo(3);
            var error = new IllegalArgumentException("early");
            assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> unbegun.throwIn(error))
                    .isSameAs(error);
            assertThat(unbegun.hasNext()).isFalse();
        });
    }

    @ParameterizedTest
    @EnumSource
    void errorsOfTheBodyAreThrownOnce(ThreadKind consumer) throws Exception {
        consumer.run(() -> {
            Generator<Integer> failing = Generator.of(out -> {
                out.yield(1);
                throw new IOException("broken");
            });
            assertThat(failing.next()).isEqualTo(1);
            assertThatExceptionOfType(GeneratorException.class).isThrownBy(failing::next)
                    .havingCause().isInstanceOf(IOException.class);
            assertThat(failing.hasNext()).isFalse();
            failing.close();
        });
    }

    @ParameterizedTest
    @EnumSource
    void closingRunsFinallyAndThrowsItsErrors(ThreadKind consumer) throws Exception {
        consumer.run(() -> {
            Generator<Integer> failing = Generator.of(out -> {
                try {
                    out.yield(1);
                } finally {
                    cleanUp();
                }
            });
            failing.next();
            assertThatIllegalStateException().isThrownBy(failing::close).withMessage("clean-up failed");
            failing.close();

            Generator<Integer> stubborn = Generator.of(out -> {
                try {
                    out.yield(1);
                } finally {
                    out.yield(2);
                }
            });
            stubborn.next();
            assertThatIllegalStateException().isThrownBy(stubborn::close).withMessageContaining("GeneratorClosed");

            Generator<Integer> unbegun = upTo(1);
            unbegun.close();
            assertThat(unbegun.hasNext()).isFalse();
        });
    }

    private static void cleanUp() {
        throw new IllegalStateException("clean-up failed");
    }

    @ParameterizedTest
    @EnumSource
    void reentryIsRefused(ThreadKind consumer) throws Exception {
        consumer.run(() -> {
            var itself = new AtomicReference<Generator<Integer>>();
            Generator<Integer> selfish = Generator.of(out -> out.yield(itself.get().next() + 1));
            itself.set(selfish);
            assertThatIllegalStateException().isThrownBy(selfish::next).withMessageContaining("is running");
        });
    }

    @Test
    void yieldingFromAnotherThreadIsRefused() {
        Generator<Integer> leaky = Generator.of(out -> {
            var error = CompletableFuture.runAsync(() -> out.yield(2)).handle((_, e) -> e).join();
            throw new IllegalStateException("refused", error);
        });
        assertThatIllegalStateException().isThrownBy(leaky::next).havingRootCause()
                .withMessageContaining("only the body");
    }

    @ParameterizedTest
    @EnumSource
    @SuppressWarnings("ThreadPriorityCheck") // a body may yield its thread
    void bodiesMayBlock(ThreadKind consumer) throws Exception {
        consumer.run(() -> {
            Generator<Integer> slow = Generator.of(out -> {
                for (int i = 0; i < 3; i++) {
                    LockSupport.parkNanos(1_000_000);
                    out.yield(CompletableFuture.supplyAsync(() -> 7).get(LONG_SECONDS, TimeUnit.SECONDS));
                    Thread.yield();
                }
            });
            assertThat(slow.stream().toList()).containsExactly(7, 7, 7);
        });
    }

    @Test
    void consumersOfBothKindsMayTakeTurns() throws Exception {
        for (ThreadKind first : ThreadKind.values()) {
            Generator<Integer> numbers = upTo(6);
            first.run(() -> assertThat(numbers.next()).isEqualTo(1));
            ThreadKind.VIRTUAL.run(() -> assertThat(numbers.next()).isEqualTo(2));
            ThreadKind.PLATFORM.run(() -> assertThat(numbers.next()).isEqualTo(3));
            ThreadKind.VIRTUAL.run(() -> assertThat(numbers.next()).isEqualTo(4));
            first.run(numbers::close);
        }
    }

    @ParameterizedTest
    @EnumSource
    void interruptsOfTheConsumerStayItsOwn(ThreadKind consumer) throws Exception {
        consumer.run(() -> {
            Generator<Boolean> seesInterrupts = Generator.of(out -> {
                while (true) {
                    out.yield(Thread.currentThread().isInterrupted());
                }
            });
            Thread.currentThread().interrupt();
            assertThat(seesInterrupts.next()).isFalse();
            assertThat(Thread.interrupted()).as("set before").isTrue();
            Thread me = Thread.currentThread();
            Generator<Integer> interrupts = Generator.of(out -> {
                me.interrupt();
                out.yield(1);
                me.interrupt();
                LockSupport.parkNanos(1_000_000);
                out.yield(2);
                Thread.currentThread().interrupt();
                out.yield(3);
                me.interrupt();
            });
            interrupts.next();
            assertThat(Thread.interrupted()).as("set meanwhile").isTrue();
            interrupts.next();
            assertThat(interrupts.next()).isEqualTo(3);
            Thread.interrupted();
            interrupts.close();
        });
    }

    /// Before the code is compiled, objects are allocated that escape analysis later removes. The test repeats until no
    /// bytes are allocated, or fails after a limit.
    @Test
    void aValueAllocatesNothing() {
        HubMode.assumeLent();
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Integer one = 1;
        try (Generator<Integer> ones = Generator.of(out -> {
            while (true) {
                out.yield(one);
            }
        })) {
            long began = System.nanoTime();
            long bytes;
            do {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < ALLOCATION_VALUES; i++) {
                    ones.next();
                }
                bytes = threads.getCurrentThreadAllocatedBytes() - before;
            } while (bytes >= ALLOCATION_VALUES
                    && System.nanoTime() - began < TimeUnit.SECONDS.toNanos(LONG_SECONDS / 4));
            assertThat(bytes).as("bytes for %s values", ALLOCATION_VALUES).isLessThan(ALLOCATION_VALUES);
        }
    }

    @Test
    void aPinnedYieldIsRefused() {
        Generator<Integer> pinned = Generator.of(out -> {
            Pinned.out = out;
            Pinned.Initialised.touch();
        });
        if (Boolean.getBoolean("polyserve.test.stock")) {
            assertThat(pinned.next()).as("a thread of its own may block").isEqualTo(1);
        } else {
            assertThatExceptionOfType(ExceptionInInitializerError.class).isThrownBy(pinned::next)
                    .havingCause().isInstanceOf(IllegalStateException.class)
                    .withMessageContaining("class initialiser");
        }
    }

    /// Yields in a class initialiser.
    private static final class Pinned {
        private static Generator.@Nullable Yielder<Integer> out;

        private static final class Initialised {
            static {
                Objects.requireNonNull(out).yield(1);
            }

            static void touch() {
                // Initialises the class.
            }
        }
    }
}
