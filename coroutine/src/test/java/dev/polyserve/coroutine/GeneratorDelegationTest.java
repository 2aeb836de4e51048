package dev.polyserve.coroutine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GeneratorDelegationTest {
    @ParameterizedTest
    @EnumSource
    void delegates(ThreadKind consumer) throws Exception {
        consumer.run(() -> {
            var steps = new ArrayList<String>();
            Generator<Object> outer = Generator.of(out -> {
                out.yield(0);
                out.yieldAll(Generator.of(two -> {
                    two.yield(1);
                    two.yield(2);
                }));
                out.yieldAll(List.of("x", "y"));
                try {
                    out.yieldAll(Generator.<Object>of(inner -> {
                        try {
                            while (true) {
                                steps.add("sent " + inner.exchange("ask", String.class));
                            }
                        } finally {
                            steps.add("inner ends");
                        }
                    }));
                } catch (IllegalArgumentException e) {
                    out.yield("inner failed: " + e.getMessage());
                }
                out.yield("last");
            });
            assertThat(outer.stream().limit(6).toList()).containsExactly(0, 1, 2, "x", "y", "ask");
            assertThat(outer.send("value")).isEqualTo("ask");
            assertThat(outer.throwIn(new IllegalArgumentException("no"))).isEqualTo("inner failed: no");
            assertThat(outer.next()).isEqualTo("last");
            assertThat(outer.hasNext()).isFalse();
            assertThat(steps).containsExactly("sent value", "inner ends");
        });
    }

    @Test
    void closingClosesTheInnerGeneratorFirst() {
        var steps = new ArrayList<String>();
        Generator<Integer> outer = Generator.of(out -> {
            try {
                out.yieldAll(Generator.<Integer>of(inner -> {
                    try {
                        inner.yield(1);
                    } finally {
                        steps.add("inner");
                    }
                }));
            } finally {
                steps.add("outer");
            }
        });
        outer.next();
        outer.close();
        assertThat(steps).containsExactly("inner", "outer");
    }

    /// Each level delegates to the next, as in a recursive tree traversal.
    private static Generator<Integer> nested(int depth) {
        return Generator.of(out -> {
            if (depth > 0) {
                out.yieldAll(nested(depth - 1));
            }
            out.yield(depth);
        });
    }

    @ParameterizedTest
    @EnumSource
    void delegationNests(ThreadKind consumer) throws Exception {
        consumer.run(() -> assertThat(nested(100).stream().mapToInt(i -> i).sum()).isEqualTo(5050));
    }

    private static Generator<Integer> without(Generator<Integer> numbers, int prime) {
        return Generator.of(out -> {
            while (numbers.hasNext()) {
                int next = numbers.next();
                if (next % prime != 0) {
                    out.yield(next);
                }
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void bodiesConsumeGenerators(ThreadKind consumer) throws Exception {
        consumer.run(() -> {
            Generator<Integer> numbers = Generator.of(out -> {
                for (int i = 2;; i++) {
                    out.yield(i);
                }
            });
            var primes = new ArrayList<Integer>();
            while (primes.size() < 10) {
                int prime = numbers.next();
                primes.add(prime);
                numbers = without(numbers, prime);
            }
            assertThat(primes).containsExactly(2, 3, 5, 7, 11, 13, 17, 19, 23, 29);
        });
    }
}
