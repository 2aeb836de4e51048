package dev.polyserve.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.conversation.NanoClock;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class EventLoopTest {
    private final FakeMultiplexer multiplexer = new FakeMultiplexer();
    private final CompletableFuture<Throwable> error = new CompletableFuture<>();
    private final EventLoop loop = new EventLoop("test", multiplexer, NanoClock.SYSTEM, true, false, 0,
            error::complete);

    @Test
    void saysOnceWhyItEndsWhenItCannotWaitAnyMore() throws Exception {
        CompletableFuture<IOException> lost = new CompletableFuture<>();
        loop.start(lost::complete);
        assertThat(lost.get(5, TimeUnit.SECONDS))
                .hasMessage("the event loop test cannot wait any more: the fake cannot "
                        + "wait");
        assertThat(multiplexer.closed()).isTrue();
        assertThat(error).as("no defect").isNotDone();
    }

    @Test
    void runsWhatIsPostedBecauseOfThat() throws Exception {
        CompletableFuture<Thread> ran = new CompletableFuture<>();
        loop.start(_ -> loop.post(() -> ran.complete(Thread.currentThread())));
        assertThat(ran.get(5, TimeUnit.SECONDS).getName()).isEqualTo("test-late");
    }
}
