package dev.polyserve.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.conversation.NanoClock;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a thread of event loops is given.
@Timeout(60)
class LoopThreadTest {
    private static final int GIVEN = 20_000;
    private static final long LONG_NANOS = 20_000_000_000L;

    /// A loop that is lost here is run by no thread, and serves no connection any more.
    @Test
    void aLoopThatIsGivenWhileTheThreadLooksForOneIsNotLost() throws Exception {
        LoopThread thread = new LoopThread(new SpareThreads());
        AtomicInteger taken = new AtomicInteger();
        AtomicBoolean done = new AtomicBoolean();
        Thread looks = Thread.ofPlatform().start(() -> {
            while (!done.get()) {
                if (thread.takeGiven() != null) {
                    taken.incrementAndGet();
                }
            }
        });
        try (EventLoop loop = loop()) {
            for (int given = 1; given <= GIVEN; given++) {
                thread.give(loop);
                long end = System.nanoTime() + LONG_NANOS;
                while (taken.get() < given) {
                    assertThat(System.nanoTime() - end).as("lost after " + given).isNegative();
                    Thread.onSpinWait();
                }
            }
        } finally {
            done.set(true);
            looks.join();
        }
    }

    private static EventLoop loop() throws IOException {
        return new EventLoop("given", new FakeMultiplexer(), NanoClock.SYSTEM, true, false, 0, error -> {
            throw new AssertionError(error);
        });
    }
}
