package dev.polyserve.coroutine.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KillTest {
    private static final Duration MILLI = Duration.ofMillis(1);

    enum KilledWhen { READY, SCHEDULED, RUNNING }

    @ParameterizedTest
    @EnumSource
    void killsInEveryPhase(HubMode mode) throws Exception {
        mode.run(hub -> {
            for (KilledWhen when : KilledWhen.values()) {
                for (boolean waits : new boolean[]{true, false}) {
                    killOnce(hub, when, waits);
                }
            }
        });
    }

    private static void killOnce(Hub hub, KilledWhen when, boolean waits) throws Exception {
        var steps = new ArrayList<String>();
        TaskRunnable body = () -> {
            steps.add("began");
            hub.sleep(HubMode.LONG);
            steps.add("went on");
        };
        Task<?> task = when == KilledWhen.SCHEDULED ? hub.spawnLater(MILLI, body) : hub.spawn(body);
        task.link(_ -> steps.add("ended"));
        if (when == KilledWhen.RUNNING) {
            hub.yield();
        }
        if (waits) {
            assertThat(task.kill(HubMode.LONG)).isTrue();
        } else {
            task.kill();
        }
        task.kill();
        task.join();
        assertThat(task.phase()).isEqualTo(Task.Phase.KILLED);
        assertThat(task.isKilled()).isTrue();
        assertThat(task.error()).isEmpty();
        assertThat(task.isStarted()).isEqualTo(when == KilledWhen.RUNNING);
        hub.sleep(Duration.ofMillis(3));
        assertThat(steps).isEqualTo(when == KilledWhen.RUNNING ? List.of("began", "ended") : List.of("ended"));
    }

    @ParameterizedTest
    @EnumSource
    void killedTasksRunTheirFinallyAndMayIgnoreTheKill(HubMode mode) throws Exception {
        mode.run(hub -> {
            var steps = new ArrayList<String>();
            Task<String> stubborn = hub.spawn(() -> {
                while (steps.size() < 2) {
                    try {
                        hub.sleep(HubMode.LONG);
                    } catch (KilledException e) {
                        steps.add("ignored");
                    }
                }
                return "done";
            });
            hub.yield();
            assertThat(stubborn.kill(Duration.ofMillis(5))).isFalse();
            assertThat(stubborn.kill(HubMode.LONG)).isTrue();
            assertThat(stubborn.get()).isEqualTo("done");
            assertThat(stubborn.phase()).isEqualTo(Task.Phase.SUCCEEDED);

            Task<?> failing = hub.spawn(() -> {
                try {
                    hub.sleep(HubMode.LONG);
                } finally {
                    steps.add("finally");
                    fail();
                }
            });
            hub.yield();
            failing.kill(HubMode.LONG);
            assertThat(failing.phase()).as("failed by its own error").isEqualTo(Task.Phase.FAILED);
            assertThat(steps).endsWith("finally");
        });
    }

    private static void fail() {
        throw new IllegalStateException("clean-up failed");
    }

    @ParameterizedTest
    @EnumSource
    void aKillDuringAComputationTakesEffectAtTheNextWait(HubMode mode) throws Exception {
        mode.run(hub -> {
            Task<String> self = hub.spawn(() -> {
                Task.current().kill();
                String reached = "computed on";
                try {
                    hub.sleep(HubMode.LONG);
                } catch (KilledException e) {
                    return reached;
                }
                return "slept";
            });
            assertThat(self.get()).isEqualTo("computed on");
        });
    }

    /// Other tasks run meanwhile; the next turn of the killed task waits until its call has returned.
    @ParameterizedTest
    @EnumSource
    void aKillDuringACallThatIgnoresItTakesEffectAfterTheCall(HubMode mode) throws Exception {
        mode.run(hub -> {
            var answer = new Semaphore(0);
            Task<?> task = hub.spawn(() -> {
                hub.blocking(() -> {
                    answer.acquireUninterruptibly();
                    return "";
                });
                hub.sleep(HubMode.LONG);
            });
            hub.yield();
            task.kill();
            hub.yield();
            hub.sleep(MILLI);
            assertThat(task.isDone()).isFalse();
            answer.release();
            assertThat(task.join(HubMode.LONG)).isTrue();
            assertThat(task.isKilled()).isTrue();
        });
    }
}
