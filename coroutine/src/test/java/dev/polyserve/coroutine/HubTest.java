package dev.polyserve.coroutine;

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
    void saysWhichOfTheTwoItIs() throws Exception {
        Hub.run(hub -> assertThat(hub.lendsThread()).isEqualTo(Carrier.whyNot().isEmpty()));
        Hub.run(Hubs.BATON.options(), hub -> assertThat(hub.lendsThread()).isFalse());
    }

    @ParameterizedTest
    @EnumSource
    void tasksAreScheduledAndTakeTurns(Hubs hubs) throws Exception {
        hubs.run(hub -> {
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
    void onlyOneRunsAtATime(Hubs hubs) throws Exception {
        hubs.run(hub -> {
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
    void sleepersSleepAtLeastTheirTimes(Hubs hubs) throws Exception {
        hubs.run(hub -> {
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

    // --- the life of a task ---

    @ParameterizedTest
    @EnumSource
    void phasesOfOneThatReturns(Hubs hubs) throws Exception {
        hubs.run(hub -> {
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
    void phasesOfOneThatFails(Hubs hubs) throws Exception {
        hubs.run(hub -> {
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
    void joinsAndGetsWithALimit(Hubs hubs) throws Exception {
        hubs.run(hub -> {
            Task<?> endless = hub.spawn(() -> hub.sleep(Hubs.LONG));
            assertThat(endless.join(MILLI)).isFalse();
            assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> endless.get(MILLI));
            endless.kill();
            assertThat(endless.join(Hubs.LONG)).isTrue();
            assertThatIllegalStateException().isThrownBy(() -> Task.current().join())
                    .withMessageContaining("its own end");
        });
    }

    @ParameterizedTest
    @EnumSource
    void laterOnesWaitForTheirTime(Hubs hubs) throws Exception {
        hubs.run(hub -> {
            long began = System.nanoTime();
            Task<Long> task = hub.spawnLater(Duration.ofMillis(5), System::nanoTime);
            assertThat(task.phase()).isEqualTo(Task.Phase.SCHEDULED);
            assertThat(task.get() - began).isGreaterThanOrEqualTo(5_000_000);
        });
    }

    @ParameterizedTest
    @EnumSource
    void currentIsFoundInTasksOnly(Hubs hubs) throws Exception {
        hubs.run(hub -> {
            assertThat(Hub.current()).isSameAs(hub);
            Task<?> task = hub.spawn("me", () -> assertThat(Task.current().name()).isEqualTo("me"));
            task.get();
        });
        assertThat(Hub.find()).isEmpty();
        assertThatIllegalStateException().isThrownBy(Hub::current);
        assertThatIllegalStateException().isThrownBy(Task::current);
    }

    // --- several ---

    @ParameterizedTest
    @EnumSource
    void joinAllThrowsTheFirstErrorAtOnce(Hubs hubs) throws Exception {
        hubs.run(hub -> {
            var tasks = new ArrayList<Task<?>>();
            tasks.add(hub.spawn(() -> hub.sleep(Hubs.LONG)));
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
            assertThat(hub.join(tasks, 2, Hubs.LONG)).hasSize(2);
            assertThat(hub.join(tasks, 3, MILLI)).containsExactlyInAnyOrder(tasks.get(1), tasks.get(2));
            tasks.getFirst().kill();
            assertThat(hub.join(tasks, 3, Hubs.LONG)).hasSize(3);
            hub.joinAll(List.of());
        });
    }

    @ParameterizedTest
    @EnumSource
    void joinReturnsThoseThatEndedFirst(Hubs hubs) throws Exception {
        hubs.run(hub -> {
            Task<?> slow = hub.spawn(() -> hub.sleep(Hubs.LONG));
            Task<?> fast = hub.spawn(() -> hub.sleep(MILLI));
            Task<?> faster = hub.spawn(() -> hub.yield());
            assertThat(hub.join(List.of(slow, fast, faster), 2, Hubs.LONG)).containsExactly(faster, fast);
            slow.kill();
        });
    }

    // --- links ---

    @ParameterizedTest
    @EnumSource
    void linksAreCalledInOrderOnceAndDoNotStopEachOther(Hubs hubs) throws Exception {
        var reports = new Hubs.Reports();
        Hub.run(hubs.options().withListener(reports), hub -> {
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

    /// As other languages do, and some libraries.
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Exception> void throwUndeclared(Exception error) throws E {
        throw (E) error;
    }

    // --- scopes ---

    @ParameterizedTest
    @EnumSource
    void theScopeEndsWithItsLastTask(Hubs hubs) throws Exception {
        var steps = new ArrayList<String>();
        String result = Hub.call(hubs.options(), hub -> {
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
    void aFailedFirstTaskKillsTheOthers(Hubs hubs) {
        var steps = new ArrayList<String>();
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> Hub.run(hubs.options(), hub -> {
            hub.spawn(() -> {
                try {
                    hub.sleep(Hubs.LONG);
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
    void errorsThatNobodyHearsAreReported(Hubs hubs) throws Exception {
        var reports = new Hubs.Reports();
        Hub.run(hubs.options().withListener(reports).withSpawnSites(true), hub -> {
            Task<?> unheard = hub.spawn("unheard", () -> {
                throw new IOException("lost");
            });
            Task<?> heard = hub.spawn("heard", () -> {
                throw new IOException("seen");
            });
            heard.join();
            assertThat(unheard.isDone()).isTrue();
            assertThat(unheard.spawnSite()).anyMatch(frame -> frame.getClassName().equals(HubTest.class.getName()));
        });
        assertThat(reports.all).containsExactly("task unheard failed: lost");
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptOfTheCallerEndsTheScope(Hubs hubs) throws Exception {
        var ended = new CompletableFuture<@Nullable Throwable>();
        var begun = new CompletableFuture<@Nullable Void>();
        Thread caller = Thread.ofPlatform().start(() -> {
            try {
                Hub.run(hubs.options(), hub -> {
                    begun.complete(null);
                    hub.sleep(Hubs.LONG);
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
    void deadlocksAreFoundAndExplained(Hubs hubs) {
        assertThatExceptionOfType(DeadlockException.class).isThrownBy(() -> Hub.run(hubs.options(), hub -> {
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
    void offloadsAndComesBack(Hubs hubs) throws Exception {
        hubs.run(hub -> {
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
                Thread.sleep(Hubs.LONG);
                return 1;
            }));
            hub.yield();
            assertThat(killed.kill(Hubs.LONG)).isTrue();
            assertThat(killed.isKilled()).isTrue();
        });
    }

    @ParameterizedTest
    @EnumSource
    void blockingLetsTheOthersRun(Hubs hubs) throws Exception {
        hubs.run(hub -> {
            var answer = new CompletableFuture<String>();
            Task<String> waiting = hub.spawn(() -> hub.blocking(answer::get));
            hub.yield();
            answer.complete("here");
            assertThat(waiting.get()).isEqualTo("here");
            Task<String> killed = hub.spawn(() -> hub.blocking(() -> new CompletableFuture<String>().get()));
            hub.yield();
            assertThat(killed.kill(Hubs.LONG)).isTrue();
            assertThat(killed.isKilled()).isTrue();
        });
    }
}
