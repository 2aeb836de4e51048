package dev.polyserve.coroutine.hub;

import dev.polyserve.coroutine.Generator;
import dev.polyserve.coroutine.GeneratorException;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PoolTest {
    private static final Duration SHORT = Duration.ofMillis(5);

    @ParameterizedTest
    @EnumSource
    void placesAreTakenAndReleased(HubMode mode) throws Exception {
        mode.run(hub -> {
            var pool = new Pool(hub, 2);
            assertThat(pool.free()).isEqualTo(2);
            Task<?> first = pool.spawn(() -> hub.sleep(HubMode.LONG));
            assertThat(pool.free()).isEqualTo(1);
            Task<?> second = pool.spawn(() -> hub.sleep(HubMode.LONG));
            assertThat(pool.isFull()).isTrue();
            assertThat(pool.tasks()).containsExactly(first, second);
            assertThat(pool.trySpawn(() -> 1)).isEmpty();
            assertThat(pool.awaitFree(SHORT)).isFalse();
            assertThat(first.kill(HubMode.LONG)).isTrue();
            assertThat(pool.free()).isEqualTo(1);
            assertThat(pool.awaitFree(Duration.ZERO)).isTrue();
            assertThat(pool.free()).isEqualTo(1);
            assertThat(pool.discard(second)).isTrue();
            assertThat(pool.discard(second)).isFalse();
            assertThat(pool.free()).as("discarded, while it still runs").isEqualTo(2);
            assertThat(second.isDone()).isFalse();
            second.kill(HubMode.LONG);
            assertThat(pool.free()).isEqualTo(2);
        });
    }

    @ParameterizedTest
    @EnumSource
    void spawnsIntoAFullPoolWaitInOrder(HubMode mode) throws Exception {
        mode.run(hub -> {
            var pool = new Pool(hub, 1);
            var steps = new ArrayList<String>();
            var wanting = new ArrayList<Task<?>>();
            for (String name : List.of("a", "b", "c", "d")) {
                wanting.add(hub.spawn(() -> pool.spawn(() -> {
                    steps.add(name);
                    hub.sleep(Duration.ofMillis(1));
                })));
            }
            hub.yield();
            wanting.get(1).kill();
            hub.joinAll(wanting);
            pool.join();
            assertThat(steps).as("in order, and the killed task loses no place").containsExactly("a", "c", "d");
            assertThat(pool.free()).isEqualTo(1);
        });
    }

    @ParameterizedTest
    @EnumSource
    void aFullPoolRefusesAfterTheLimit(HubMode mode) throws Exception {
        mode.run(hub -> {
            var pool = new Pool(hub, 1);
            Task<?> only = pool.spawn(() -> hub.sleep(HubMode.LONG));
            for (Duration atMost : List.of(Duration.ZERO, SHORT)) {
                assertThatExceptionOfType(PoolFullException.class).isThrownBy(() -> pool.spawn(atMost, () -> 1))
                        .withMessage("a place in a pool of 1: none became free within " + atMost.toMillis() + " ms");
            }
            Task<?> other = hub.spawn(() -> hub.sleep(HubMode.LONG));
            assertThatExceptionOfType(PoolFullException.class).isThrownBy(() -> pool.add(SHORT, other));
            only.kill();
            pool.add(other);
            assertThat(pool.tasks()).containsExactly(other);
            assertThat(pool.kill(HubMode.LONG)).isTrue();
            assertThat(pool.size()).isZero();
        });
    }

    @ParameterizedTest
    @EnumSource
    void aPoolWithoutPlacesWaitsForEver(HubMode mode) throws Exception {
        mode.run(hub -> {
            var none = new Pool(hub, 0);
            assertThat(none.awaitFree(SHORT)).isFalse();
            assertThatIllegalArgumentException().isThrownBy(() -> new Pool(hub, -1));
        });
        assertThatExceptionOfType(DeadlockException.class)
                .isThrownBy(() -> Hub.run(mode.options(), hub -> new Pool(hub, 0).spawn(() -> {})))
                .withMessageContaining("waits for a place in a pool of 0");
    }

    @ParameterizedTest
    @EnumSource
    void mapReturnsInOrderAndForEachResultAsCompleted(HubMode mode) throws Exception {
        mode.run(hub -> {
            for (Group group : List.of(new Group(hub), new Pool(hub, 2))) {
                List<Integer> millis = List.of(15, 1, 8);
                assertThat(group.<Integer, Integer>map(millis, n -> {
                    hub.sleep(Duration.ofMillis(n));
                    return n * 2;
                })).containsExactly(30, 2, 16);
            }
            var seen = new ArrayList<Integer>();
            new Group(hub).<Integer, Integer>forEachResult(List.of(30, 1, 15), n -> {
                for (int i = 0; i < n; i++) {
                    hub.yield();
                }
                return n;
            }, seen::add);
            assertThat(seen).containsExactly(1, 15, 30);
        });
    }

    @ParameterizedTest
    @EnumSource
    void mapPassesOnErrors(HubMode mode) throws Exception {
        mode.run(hub -> {
            var group = new Group(hub);
            assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> group.map(List.of(1, 2, 3), n -> {
                if (n == 2) {
                    throw new IOException("of a task");
                }
                return n;
            })).havingCause().withMessage("of a task");
            Generator<Integer> broken = Generator.of(out -> {
                out.yield(1);
                throw new IOException("of the elements");
            });
            assertThatExceptionOfType(GeneratorException.class).isThrownBy(() -> group.map(broken, n -> n))
                    .havingCause().withMessage("of the elements");
            group.join();
        });
    }

    @ParameterizedTest
    @EnumSource
    void killingAGroupEndsEachTaskOnce(HubMode mode) throws Exception {
        mode.run(hub -> {
            var group = new Group(hub);
            var ended = new ArrayList<String>();
            group.spawn(() -> hub.sleep(HubMode.LONG)).link(task -> ended.add(task.name()));
            hub.yield();
            group.spawn(() -> ended.add("must not begin")).link(task -> ended.add(task.name()));
            assertThat(group.size()).isEqualTo(2);
            assertThat(group.kill(HubMode.LONG)).isTrue();
            assertThat(group.join(SHORT)).isTrue();
            hub.yield();
            assertThat(ended).containsExactlyInAnyOrder("task-1", "task-2");
            assertThat(group.size()).isZero();
        });
    }

    @Test
    void aGroupBelongsToOneHub() throws Exception {
        Hub.run(hub -> {
            try (Hub other = Hub.open()) {
                Task<?> foreign = other.spawn(() -> 1);
                assertThatIllegalArgumentException().isThrownBy(() -> new Group(hub).add(foreign));
                assertThatIllegalArgumentException().isThrownBy(() -> hub.joinAll(List.of(foreign)));
            }
        });
    }
}
