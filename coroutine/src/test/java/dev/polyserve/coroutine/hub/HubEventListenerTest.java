package dev.polyserve.coroutine.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HubEventListenerTest {
    @ParameterizedTest
    @EnumSource
    void aThrowingListenerEndsNeitherTaskNorHub(HubMode mode) throws Exception {
        var throwing = new HubEventListener() {
            @Override
            public void taskFailed(Task<?> task, Throwable error) {
                throw new IllegalStateException("thrown by the listener of a test", error);
            }

            @Override
            public void callbackFailed(Throwable error) {
                throw new IllegalStateException("thrown by the listener of a test", error);
            }
        };
        int result = Hub.<Integer>call(mode.options().withListener(throwing), hub -> {
            var group = new Group(hub);
            group.spawn(() -> {
                throw new IOException("lost");
            });
            assertThat(group.join(HubMode.LONG)).as("joined").isTrue();
            hub.spawn(() -> {}).link(_ -> {
                throw new IllegalStateException("thrown by a callback");
            });
            hub.yield();
            return hub.spawn(() -> 7).get();
        });
        assertThat(result).isEqualTo(7);
    }

    @ParameterizedTest
    @EnumSource
    void callbacksMustNotWait(HubMode mode) throws Exception {
        var reports = new HubMode.Reports();
        Hub.run(mode.options().withListener(reports), hub -> hub.spawn(() -> {}).link(_ -> {
            try {
                hub.sleep(Duration.ofMillis(1));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }));
        assertThat(reports.all).singleElement().asString().contains("only a task of the hub hub can sleep");
    }
}
