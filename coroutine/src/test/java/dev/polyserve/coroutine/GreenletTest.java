package dev.polyserve.coroutine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GreenletTest {
    @ParameterizedTest
    @EnumSource
    void switchesBothWays(ThreadKind consumer) throws Exception {
        consumer.run(() -> {
            Greenlet<String> main = Greenlet.main();
            Greenlet<String> echo = Greenlet.of(main, (self, first) -> {
                String said = first;
                while (!said.equals("bye")) {
                    said = self.switchTo(main, "you said " + said);
                }
                return "bye, too";
            });
            assertThat(echo.isStarted()).isFalse();
            assertThat(main.switchTo(echo, "one")).isEqualTo("you said one");
            assertThat(echo.isStarted()).isTrue();
            assertThat(main.switchTo(echo, "two")).isEqualTo("you said two");
            assertThat(main.switchTo(echo, "bye")).isEqualTo("bye, too");
            assertThat(echo.isDead()).isTrue();
            assertThatIllegalStateException().isThrownBy(() -> main.switchTo(echo, "x")).withMessageContaining("dead");
            assertThat(main.switchTo(main, "self")).isEqualTo("self");
        });
    }

    @ParameterizedTest
    @EnumSource
    void siblingsSwitchToEachOther(ThreadKind consumer) throws Exception {
        consumer.run(() -> {
            var steps = new ArrayList<String>();
            Greenlet<Integer> main = Greenlet.main();
            var pair = new ArrayList<Greenlet<Integer>>();
            for (String name : new String[]{"A", "B"}) {
                pair.add(Greenlet.of(main, (self, first) -> {
                    Greenlet<Integer> other = pair.get(name.equals("A") ? 1 : 0);
                    int n = first;
                    while (n < 4) {
                        steps.add(name + n);
                        n = self.switchTo(other, n + 1);
                    }
                    return n;
                }));
            }
            assertThat(main.switchTo(pair.getFirst(), 0)).isEqualTo(4);
            assertThat(steps).containsExactly("A0", "B1", "A2", "B3");
            assertThat(pair.get(0).isDead()).isTrue();
            assertThat(pair.get(1).isDead()).isFalse();
            main.kill(pair.get(1));
            assertThat(pair.get(1).isDead()).isTrue();
        });
    }

    @ParameterizedTest
    @EnumSource
    void resultsAndErrorsGoToTheNearestLivingAncestor(ThreadKind consumer) throws Exception {
        consumer.run(() -> {
            Greenlet<String> main = Greenlet.main();
            var orphan = new ArrayList<Greenlet<String>>();
            Greenlet<String> parent = Greenlet.of(main, (self, _) -> {
                Greenlet<String> child = Greenlet.of(self, (me, first) -> {
                    me.switchTo(self, "child got " + first);
                    throw new IOException("child failed");
                });
                orphan.add(child);
                return self.switchTo(child, "hello");
            });
            assertThat(main.switchTo(parent, "go")).isEqualTo("child got hello");
            assertThat(parent.isDead()).isTrue();
            assertThat(orphan.getFirst().parent()).isSameAs(parent);
            assertThatExceptionOfType(GreenletException.class).isThrownBy(() -> main.switchTo(orphan.getFirst(), ""))
                    .havingCause().isInstanceOf(IOException.class).withMessage("child failed");
        });
    }

    @ParameterizedTest
    @EnumSource
    void errorsAreThrownInto(ThreadKind consumer) throws Exception {
        consumer.run(() -> {
            Greenlet<String> main = Greenlet.main();
            Greenlet<String> catching = Greenlet.of(main, (self, _) -> {
                try {
                    return self.switchTo(main, "ready");
                } catch (IllegalArgumentException e) {
                    return "caught " + e.getMessage();
                }
            });
            assertThat(main.switchTo(catching, "go")).isEqualTo("ready");
            assertThat(main.throwInto(catching, new IllegalArgumentException("it"))).isEqualTo("caught it");
            Greenlet<String> unbegun = Greenlet.of(main, (_, first) -> first);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> main.throwInto(unbegun, new IllegalArgumentException("early")))
                    .withMessage("early");
            assertThat(unbegun.isDead()).isTrue();
            main.kill(unbegun);
        });
    }

    @ParameterizedTest
    @EnumSource
    void killedGreenletsRunTheirFinally(ThreadKind consumer) throws Exception {
        consumer.run(() -> {
            var steps = new ArrayList<String>();
            Greenlet<String> main = Greenlet.main();
            Greenlet<String> waiting = Greenlet.of(main, (self, first) -> {
                try {
                    return self.switchTo(main, first);
                } finally {
                    steps.add("finally");
                }
            });
            main.switchTo(waiting, "go");
            main.kill(waiting);
            main.kill(waiting);
            assertThat(steps).containsExactly("finally");
            assertThat(waiting.isDead()).isTrue();
            Greenlet<String> never = Greenlet.of(main, (_, _) -> {
                steps.add("ran");
                return "";
            });
            main.kill(never);
            assertThat(never.isDead()).isTrue();
            assertThat(steps).containsExactly("finally");
        });
    }

    @Test
    void wrongSwitchesAreRefused() {
        Greenlet<String> main = Greenlet.main();
        Greenlet<String> one = Greenlet.of(main, (self, first) -> {
            assertThatIllegalStateException().isThrownBy(() -> main.switchTo(self, "x"))
                    .withMessageContaining("thread");
            return first;
        });
        Greenlet<String> foreign = CompletableFuture.supplyAsync(Greenlet::<String>main).join();
        assertThatIllegalStateException().isThrownBy(() -> main.switchTo(foreign, "x")).withMessageContaining("family");
        assertThatIllegalStateException().isThrownBy(() -> foreign.switchTo(foreign, "x"))
                .withMessageContaining("thread");
        assertThatIllegalStateException().isThrownBy(() -> one.switchTo(main, "x")).withMessageContaining("thread");
        assertThat(main.switchTo(one, "fine")).isEqualTo("fine");
    }
}
