package dev.polyserve.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// How a pump waits when there is nothing to read.
@Timeout(20)
class WireDriverTest {
    private final WireDriver driver = new WireDriver(new ScriptedWire(new byte[0], () -> 1));
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger asked = new AtomicInteger();

    @Test
    void aThreadThatIsInterruptedWaitsWithoutAProcessor() throws Exception {
        Thread pump = Thread.ofPlatform().daemon().start(() -> {
            Thread.currentThread().interrupt();
            driver.await(() -> {
                asked.incrementAndGet();
                return over.get();
            });
        });
        while (pump.getState() != Thread.State.WAITING) {
            assertThat(asked.get()).as("it asks again and again").isLessThan(1000);
            Thread.onSpinWait();
        }
        over.set(true);
        driver.cutInput();
        pump.join();
    }
}
