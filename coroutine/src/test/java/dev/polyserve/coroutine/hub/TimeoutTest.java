package dev.polyserve.coroutine.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TimeoutTest {
    private static final Duration SHORT = Duration.ofMillis(5);

    @ParameterizedTest
    @EnumSource
    void expiresAtAWait(HubMode mode) throws Exception {
        mode.run(hub -> {
            Timeout timeout = Timeout.after(SHORT);
            assertThatExceptionOfType(TimeoutExpiredException.class)
                    .isThrownBy(() -> timeout.run(() -> hub.sleep(HubMode.LONG)))
                    .satisfies(e -> assertThat(e.timeout()).isSameAs(timeout))
                    .withMessage("timeout of PT0.005S has expired");
            assertThat(timeout.isExpired()).isTrue();
            hub.sleep(Duration.ofMillis(1));
        });
    }

    @ParameterizedTest
    @EnumSource
    void aTimeoutThatDoesNotExpireHasNoEffect(HubMode mode) throws Exception {
        mode.run(hub -> {
            Timeout timeout = Timeout.after(Duration.ofMillis(200));
            assertThat(timeout.<String>call(() -> {
                hub.yield();
                return "done";
            })).isEqualTo("done");
            hub.sleep(Duration.ofMillis(250));
            assertThat(timeout.isExpired()).isFalse();
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> timeout.run(() -> {
                throw new IOException("its own");
            })).withMessage("its own");
        });
    }

    @ParameterizedTest
    @EnumSource
    void nestedTimeoutsAreDistinguished(HubMode mode) throws Exception {
        mode.run(hub -> {
            Timeout outer = Timeout.after(SHORT);
            Timeout inner = Timeout.after(HubMode.LONG);
            assertThatExceptionOfType(TimeoutExpiredException.class)
                    .isThrownBy(() -> outer.run(() -> inner.run(() -> hub.sleep(HubMode.LONG))))
                    .satisfies(e -> assertThat(e.timeout()).isSameAs(outer));
            assertThat(inner.isExpired()).isFalse();
            Timeout within = Timeout.after(SHORT);
            Timeout around = Timeout.after(HubMode.LONG);
            assertThat(around.<String>call(() -> {
                String answer = within.callOr("late", () -> {
                    hub.sleep(HubMode.LONG);
                    return "in time";
                });
                hub.yield();
                return answer;
            })).isEqualTo("late");
            assertThat(around.isExpired()).isFalse();
            Timeout silent = Timeout.after(HubMode.LONG);
            assertThatExceptionOfType(TimeoutExpiredException.class).isThrownBy(() -> Timeout.after(SHORT).run(
                    () -> silent.callOr("silent", () -> {
                        hub.sleep(HubMode.LONG);
                        return "";
                    }))).satisfies(e -> assertThat(e.timeout()).isNotSameAs(silent));
        });
    }

    @ParameterizedTest
    @EnumSource
    void aComputationIsNotInterruptedAndNoInterruptRemains(HubMode mode) throws Exception {
        mode.run(hub -> {
            Timeout timeout = Timeout.after(Duration.ofMillis(1));
            int result = timeout.call(() -> {
                long until = System.nanoTime() + 3_000_000;
                while (System.nanoTime() < until) {
                    Thread.onSpinWait();
                }
                return 5;
            });
            assertThat(result).isEqualTo(5);
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            hub.sleep(SHORT);
        });
    }

    @ParameterizedTest
    @EnumSource
    void aKillIsNotATimeout(HubMode mode) throws Exception {
        mode.run(hub -> {
            Task<?> task = hub.spawn(() -> Timeout.after(HubMode.LONG).callOr("late", () -> {
                hub.sleep(HubMode.LONG);
                return "";
            }));
            hub.yield();
            assertThat(task.kill(HubMode.LONG)).isTrue();
            assertThat(task.isKilled()).isTrue();
        });
    }

    @Test
    void callsOfTheJdkAreInterruptedToo() throws Exception {
        HubMode.assumeLent();
        HubMode.LENT.run(hub -> {
            Timeout timeout = Timeout.after(SHORT);
            assertThatExceptionOfType(TimeoutExpiredException.class)
                    .isThrownBy(() -> timeout.run(() -> new LinkedBlockingQueue<String>().take()))
                    .satisfies(e -> assertThat(e.timeout()).isSameAs(timeout))
                    .withCauseInstanceOf(InterruptedException.class);
            Timeout outer = Timeout.after(SHORT);
            assertThatExceptionOfType(TimeoutExpiredException.class)
                    .isThrownBy(
                            () -> outer.run(() -> Timeout.after(HubMode.LONG).run(() -> Thread.sleep(HubMode.LONG))))
                    .satisfies(e -> assertThat(e.timeout()).isSameAs(outer));
            hub.sleep(SHORT);
        });
    }

    @Test
    void wrongUsesAreRefused() throws Exception {
        assertThatIllegalArgumentException().isThrownBy(() -> Timeout.after(Duration.ofMillis(-1)));
        assertThatIllegalStateException().isThrownBy(() -> Timeout.after(SHORT).run(() -> {}))
                .withMessageContaining("needs a task of a hub");
        Hub.run(_ -> {
            Timeout timeout = Timeout.after(HubMode.LONG);
            assertThatIllegalStateException().isThrownBy(() -> timeout.run(() -> timeout.run(() -> {})))
                    .withMessageContaining("already in use");
        });
    }
}
