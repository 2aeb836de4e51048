package dev.polyserve.coroutine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HubListenerTest {
    @ParameterizedTest
    @EnumSource
    void aListenerThatThrowsEndsNothing(Hubs hubs) throws Exception {
        var throwing = new HubListener() {
            @Override
            public void taskFailed(Task<?> task, Throwable error) {
                throw new IllegalStateException("a listener of a test that throws", error);
            }

            @Override
            public void callbackFailed(Throwable error) {
                throw new IllegalStateException("a listener of a test that throws", error);
            }
        };
        int result = Hub.<Integer>call(hubs.options().withListener(throwing), hub -> {
            var group = new Group(hub);
            group.spawn(() -> {
                throw new IOException("lost");
            });
            assertThat(group.join(Hubs.LONG)).as("told that it has ended").isTrue();
            hub.spawn(() -> {}).link(_ -> {
                throw new IllegalStateException("a callback that throws");
            });
            hub.yield();
            return hub.spawn(() -> 7).get();
        });
        assertThat(result).isEqualTo(7);
    }

    @ParameterizedTest
    @EnumSource
    void callbacksMustNotWait(Hubs hubs) throws Exception {
        var reports = new Hubs.Reports();
        Hub.run(hubs.options().withListener(reports), hub -> hub.spawn(() -> {}).link(_ -> {
            try {
                hub.sleep(Duration.ofMillis(1));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }));
        assertThat(reports.all).singleElement().asString().contains("only a task of the hub hub can sleep");
    }
}
