package dev.polyserve.coroutine.hub;

import dev.polyserve.coroutine.carrier.Carrier;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HubTest {
    private static final Duration MILLI = Duration.ofMillis(1);

    @Test
    void reportsWhetherItLendsItsThread() throws Exception {
        Hub.run(hub -> assertThat(hub.lendsThread()).isEqualTo(Carrier.whyNot().isEmpty()));
        Hub.run(HubMode.HANDOFF.options(), hub -> assertThat(hub.lendsThread()).isFalse());
    }

    @ParameterizedTest
    @EnumSource
    void tasksAreScheduledAndTakeTurns(HubMode mode) throws Exception {
        mode.run(hub -> {
            var steps = new ArrayList<String>();
            var tasks = new ArrayList<Task<?>>();
            for (String name : List.of("a", "b", "c")) {
                tasks.add(hub.spawn(name, () -> {
                    for (int i = 0; i < 3; i++) {
                        steps.add(name + i);
                        hub.yield();
                    }
                }));
            }
            assertThat(steps).as("nothing runs inline").isEmpty();
            hub.joinAll(tasks);
            assertThat(steps).containsExactly("a0", "b0", "c0", "a1", "b1", "c1", "a2", "b2", "c2");
        });
    }

    @ParameterizedTest
    @EnumSource
    void oneTaskRunsAtATime(HubMode mode) throws Exception {
        mode.run(hub -> {
            int[] unguarded = {0};
            var group = new Group(hub);
            for (int i = 0; i < 10; i++) {
                group.spawn(() -> {
                    for (int n = 0; n < 1_000; n++) {
                        int seen = unguarded[0];
                        if (n % 10 == 0) {
                            hub.yield();
                            seen = unguarded[0];
                        }
                        unguarded[0] = seen + 1;
                    }
                });
            }
            group.join();
            assertThat(unguarded[0]).isEqualTo(10_000);
        });
    }

    @ParameterizedTest
    @EnumSource
    void sleepersSleepAtLeastTheirTimes(HubMode mode) throws Exception {
        mode.run(hub -> {
            var tasks = new ArrayList<Task<?>>();
            for (int millis : new int[]{40, 10, 30, 20, 10}) {
                tasks.add(hub.spawn(() -> {
                    long began = System.nanoTime();
                    hub.sleep(Duration.ofMillis(millis));
                    assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(millis * 1_000_000L);
                }));
            }
            hub.joinAll(tasks);
            assertThatIllegalArgumentException().isThrownBy(() -> hub.sleep(Duration.ofMillis(-1)));
        });
    }

    // --- phases of a task ---

    @ParameterizedTest
    @EnumSource
    void phasesOfATaskThatReturns(HubMode mode) throws Exception {
        mode.run(hub -> {
            Task<Integer> task = hub.spawn(() -> {
                hub.sleep(MILLI);
                return 7;
            });
            assertThat(task.phase()).isEqualTo(Task.Phase.READY);
            assertThat(task.isStarted()).isFalse();
            hub.yield();
            assertThat(task.phase()).isEqualTo(Task.Phase.RUNNING);
            assertThat(task.isStarted()).isTrue();
            assertThat(task.isDone()).isFalse();
            assertThat(task.get()).isEqualTo(7);
            assertThat(task.phase()).isEqualTo(Task.Phase.SUCCEEDED);
            assertThat(task.isKilled()).isFalse();
            assertThat(task.error()).isEmpty();
            assertThat(task.thread().getName()).isEqualTo(task.name()).isEqualTo("task-1");
        });
    }

    @ParameterizedTest
    @EnumSource
    void phasesOfATaskThatFails(HubMode mode) throws Exception {
        mode.run(hub -> {
            Task<String> task = hub.spawn("failing", () -> {
                throw new IOException("broken");
            });
            assertThatExceptionOfType(ExecutionException.class).isThrownBy(task::get)
                    .withMessage("task failing failed").havingCause().isInstanceOf(IOException.class);
            task.join();
            assertThat(task.phase()).isEqualTo(Task.Phase.FAILED);
            assertThat(task.isStarted()).isTrue();
            assertThat(task.error()).containsInstanceOf(IOException.class);
        });
    }

    @ParameterizedTest
    @EnumSource
    void joinsAndGetsWithALimit(HubMode mode) throws Exception {
        mode.run(hub -> {
            Task<?> endless = hub.spawn(() -> hub.sleep(HubMode.LONG));
            assertThat(endless.join(MILLI)).isFalse();
            assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> endless.get(MILLI));
            endless.kill();
            assertThat(endless.join(HubMode.LONG)).isTrue();
            assertThatIllegalStateException().isThrownBy(() -> Task.current().join())
                    .withMessageContaining("cannot join itself");
        });
    }

    @ParameterizedTest
    @EnumSource
    void delayedTasksBeginAfterTheirDelay(HubMode mode) throws Exception {
        mode.run(hub -> {
            long began = System.nanoTime();
            Task<Long> task = hub.spawnLater(Duration.ofMillis(5), System::nanoTime);
            assertThat(task.phase()).isEqualTo(Task.Phase.SCHEDULED);
            assertThat(task.get() - began).isGreaterThanOrEqualTo(5_000_000);
        });
    }

    @ParameterizedTest
    @EnumSource
    void currentIsFoundInTasksOnly(HubMode mode) throws Exception {
        mode.run(hub -> {
            assertThat(Hub.current()).isSameAs(hub);
            Task<?> task = hub.spawn("me", () -> assertThat(Task.current().name()).isEqualTo("me"));
            task.get();
        });
        assertThat(Hub.find()).isEmpty();
        assertThatIllegalStateException().isThrownBy(Hub::current);
        assertThatIllegalStateException().isThrownBy(Task::current);
    }

    // --- joining several tasks ---

    @ParameterizedTest
    @EnumSource
    void joinAllThrowsTheFirstErrorAtOnce(HubMode mode) throws Exception {
        mode.run(hub -> {
            var tasks = new ArrayList<Task<?>>();
            tasks.add(hub.spawn(() -> hub.sleep(HubMode.LONG)));
            Task<?> first = hub.spawn(() -> {
                hub.sleep(MILLI);
                throw new IOException("first");
            });
            tasks.add(hub.spawn(() -> {
                first.join();
                throw new IOException("second");
            }));
            tasks.add(first);
            assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> hub.joinAll(tasks))
                    .havingCause().withMessage("first");
            assertThat(hub.join(tasks, 2, HubMode.LONG)).hasSize(2);
            assertThat(hub.join(tasks, 3, MILLI)).containsExactlyInAnyOrder(tasks.get(1), tasks.get(2));
            tasks.getFirst().kill();
            assertThat(hub.join(tasks, 3, HubMode.LONG)).hasSize(3);
            hub.joinAll(List.of());
        });
    }

    @ParameterizedTest
    @EnumSource
    void joinReturnsThoseThatEndedFirst(HubMode mode) throws Exception {
        mode.run(hub -> {
            Task<?> slow = hub.spawn(() -> hub.sleep(HubMode.LONG));
            Task<?> fast = hub.spawn(() -> hub.sleep(MILLI));
            Task<?> faster = hub.spawn(() -> hub.yield());
            assertThat(hub.join(List.of(slow, fast, faster), 2, HubMode.LONG)).containsExactly(faster, fast);
            slow.kill();
        });
    }

    // --- links ---

    @ParameterizedTest
    @EnumSource
    void linksAreCalledInOrderOnceAndDoNotStopEachOther(HubMode mode) throws Exception {
        var reports = new HubMode.Reports();
        Hub.run(mode.options().withListener(reports), hub -> {
            var calls = new ArrayList<String>();
            Task<Integer> task = hub.spawn(() -> 3);
            task.link(done -> calls.add("first " + done.phase()));
            task.link(_ -> {
                throw new IllegalStateException("second throws");
            });
            task.link(_ -> HubTest.<RuntimeException>throwUndeclared(new IOException("third, undeclared")));
            Runnable unlink = task.link(_ -> calls.add("unlinked"));
            task.link(_ -> calls.add("last"));
            unlink.run();
            task.join();
            hub.yield();
            assertThat(calls).containsExactly("first SUCCEEDED", "last");
            task.link(_ -> calls.add("late"));
            hub.yield();
            assertThat(calls).containsExactly("first SUCCEEDED", "last", "late");
        });
        assertThat(reports.all).containsExactly("callback failed: second throws",
                "callback failed: third, undeclared");
    }

    /// Throws a checked exception undeclared, as other languages and some libraries do.
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Exception> void throwUndeclared(Exception error) throws E {
        throw (E) error;
    }

    // --- scopes ---

    @ParameterizedTest
    @EnumSource
    void theScopeEndsWithItsLastTask(HubMode mode) throws Exception {
        var steps = new ArrayList<String>();
        String result = Hub.call(mode.options(), hub -> {
            hub.spawn(() -> {
                hub.sleep(Duration.ofMillis(5));
                steps.add("outlived");
            });
            return "first";
        });
        assertThat(result).isEqualTo("first");
        assertThat(steps).containsExactly("outlived");
    }

    @ParameterizedTest
    @EnumSource
    void aFailedFirstTaskKillsTheOthers(HubMode mode) {
        var steps = new ArrayList<String>();
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> Hub.run(mode.options(), hub -> {
            hub.spawn(() -> {
                try {
                    hub.sleep(HubMode.LONG);
                } catch (KilledException e) {
                    steps.add("killed");
                }
            });
            hub.yield();
            throw new IOException("first failed");
        })).withMessage("first failed");
        assertThat(steps).containsExactly("killed");
    }

    @ParameterizedTest
    @EnumSource
    void unobservedFailuresAreReported(HubMode mode) throws Exception {
        var reports = new HubMode.Reports();
        Hub.run(mode.options().withListener(reports).withSpawnSites(true), hub -> {
            Task<?> unobserved = hub.spawn("unobserved", () -> {
                throw new IOException("lost");
            });
            Task<?> heard = hub.spawn("heard", () -> {
                throw new IOException("seen");
            });
            heard.join();
            assertThat(unobserved.isDone()).isTrue();
            assertThat(unobserved.spawnSite()).anyMatch(frame -> frame.getClassName().equals(HubTest.class.getName()));
        });
        assertThat(reports.all).containsExactly("task unobserved failed: lost");
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptOfTheCallerEndsTheScope(HubMode mode) throws Exception {
        var ended = new CompletableFuture<@Nullable Throwable>();
        var begun = new CompletableFuture<@Nullable Void>();
        Thread caller = Thread.ofPlatform().start(() -> {
            try {
                Hub.run(mode.options(), hub -> {
                    begun.complete(null);
                    hub.sleep(HubMode.LONG);
                });
                ended.complete(null);
            } catch (Exception e) {
                ended.complete(e);
            }
        });
        begun.get();
        caller.interrupt();
        assertThat(ended.get(60, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
    }

    @ParameterizedTest
    @EnumSource
    void deadlocksAreDetectedAndExplained(HubMode mode) {
        assertThatExceptionOfType(DeadlockException.class).isThrownBy(() -> Hub.run(mode.options(), hub -> {
            var pair = new ArrayList<Task<?>>();
            pair.add(hub.spawn("one", () -> pair.get(1).join()));
            pair.add(hub.spawn("other", () -> pair.get(0).join()));
            pair.getFirst().join();
        })).withMessageContaining("task one (running, waits for task other)")
                .withMessageContaining("task other (running, waits for task one)")
                .withMessageContaining("HubTest.");
    }

    @ParameterizedTest
    @EnumSource
    void offloadReturnsTheResult(HubMode mode) throws Exception {
        mode.run(hub -> {
            Thread[] where = new Thread[1];
            assertThat(hub.<Integer>offload(() -> {
                where[0] = Thread.currentThread();
                return 42;
            })).isEqualTo(42);
            assertThat(where[0].isVirtual()).isFalse();
            assertThat(where[0].getName()).startsWith("polyserve-offload-");
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> hub.offload(() -> {
                throw new IOException("there");
            })).withMessage("there");
            Task<?> killed = hub.spawn(() -> hub.offload(() -> {
                Thread.sleep(HubMode.LONG);
                return 1;
            }));
            hub.yield();
            assertThat(killed.kill(HubMode.LONG)).isTrue();
            assertThat(killed.isKilled()).isTrue();
        });
    }

    @ParameterizedTest
    @EnumSource
    void blockingLetsOtherTasksRun(HubMode mode) throws Exception {
        mode.run(hub -> {
            var answer = new CompletableFuture<String>();
            Task<String> waiting = hub.spawn(() -> hub.blocking(answer::get));
            hub.yield();
            answer.complete("here");
            assertThat(waiting.get()).isEqualTo("here");
            Task<String> killed = hub.spawn(() -> hub.blocking(() -> new CompletableFuture<String>().get()));
            hub.yield();
            assertThat(killed.kill(HubMode.LONG)).isTrue();
            assertThat(killed.isKilled()).isTrue();
        });
    }
}
