package dev.polyserve.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.NanoClock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Requests to a loop, some of which lack memory. The loop does not run: the test performs them.
class LoopRequestsTest {
    private final List<Throwable> errors = new ArrayList<>();
    private final EventLoop loop = new EventLoop("test", new FakeMultiplexer(), NanoClock.SYSTEM, true, false, 0,
            errors::add);
    private final LoopRequests requests = new LoopRequests();

    private static final class Recorded extends AbstractLoopConnection<Conversation> {
        private final List<Integer> performed = new ArrayList<>();
        private Error failure = new OutOfMemoryError("for the test");
        private int failures;

        Recorded(EventLoop loop) {
            super(loop);
        }

        @Override
        void perform(int what) {
            if (failures > 0) {
                failures--;
                throw failure;
            }
            performed.add(what);
        }
    }

    @AfterEach
    void closeLoop() {
        loop.close();
    }

    @Test
    void whatIsAskedForTwiceIsDoneOnce() {
        Recorded request = new Recorded(loop);
        requests.add(request, 1);
        requests.add(request, 1);
        requests.add(request, 4);
        requests.performAll(loop);
        assertThat(request.performed).containsExactly(5);
        assertThat(requests.isEmpty()).isTrue();
        requests.add(request, 2);
        requests.performAll(loop);
        assertThat(request.performed).containsExactly(5, 2);
    }

    @Test
    void oneThatLacksMemoryIsDoneLaterAndDelaysNoOther() {
        Recorded lacking = new Recorded(loop);
        lacking.failures = 2;
        Recorded other = new Recorded(loop);
        requests.add(other, 1);
        requests.add(lacking, 1);
        requests.add(new Recorded(loop), 1);
        assertThatThrownBy(() -> requests.performAll(loop)).isInstanceOf(OutOfMemoryError.class);
        assertThat(other.performed).containsExactly(1);
        requests.add(lacking, 2);
        assertThatThrownBy(() -> requests.performAll(loop)).isInstanceOf(OutOfMemoryError.class);
        requests.performAll(loop);
        assertThat(lacking.performed).containsExactly(3);
        assertThat(other.performed).containsExactly(1);
        assertThat(errors).isEmpty();
    }

    @Test
    void aDefectIsReportedOnce() {
        Recorded request = new Recorded(loop);
        request.failure = new AssertionError("for the test");
        request.failures = 1;
        requests.add(request, 1);
        requests.performAll(loop);
        requests.performAll(loop);
        assertThat(request.performed).isEmpty();
        assertThat(errors).containsExactly(request.failure);
    }
}
