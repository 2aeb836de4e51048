package dev.polyserve.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.ConnectionInfo;
import dev.polyserve.Options;
import dev.polyserve.ServerListener;
import dev.polyserve.conversation.NanoClock;
import dev.polyserve.conversation.ServerContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The monitor of stalls sleeps while its loop waits, and misses no stall after that.
@Timeout(60)
class StallMonitorTest {
    private static final Duration LIMIT = Duration.ofMillis(100);

    private final List<Throwable> errors = new ArrayList<>();
    private final CompletableFuture<Duration> stalled = new CompletableFuture<>();
    private EventLoop loop;
    private StallMonitor monitor;

    @BeforeEach
    void start() throws Exception {
        loop = new EventLoop("test", new SelectorMultiplexer(), NanoClock.SYSTEM, true, false, 0, errors::add);
        ServerListener listener = new ServerListener() {
            @Override
            public void stalled(String name, Duration soFar, Optional<ConnectionInfo> connection,
                    List<StackTraceElement> stack) {
                stalled.complete(soFar);
            }
        };
        monitor = new StallMonitor(List.of(loop), new ServerContext(
                Options.defaults().withTimeouts(timeouts -> timeouts.withStall(LIMIT)), listener, NanoClock.SYSTEM,
                _ -> {}));
        loop.start(errors::add);
        monitor.start();
    }

    @AfterEach
    void close() {
        loop.close();
        loop.awaitEnd();
        monitor.close();
        assertThat(errors).isEmpty();
    }

    private static Thread monitorThread() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("polyserve-stall-monitor")).findFirst().orElseThrow();
    }

    /// Waits until a thread waits without a limit of time.
    private static void awaitSleepOf(Thread thread) {
        while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
    }

    @Test
    void reportsAStallThatBeginsWhileItSleeps() throws Exception {
        Thread thread = monitorThread();
        awaitSleepOf(thread);
        loop.post(stalled::join);
        assertThat(stalled.get(30, TimeUnit.SECONDS)).isBetween(LIMIT, LIMIT.plusSeconds(10));
        awaitSleepOf(thread);
    }

    @Test
    void endsWhileItSleeps() throws Exception {
        Thread thread = Objects.requireNonNull(monitorThread());
        awaitSleepOf(thread);
        monitor.close();
        assertThat(thread.join(Duration.ofSeconds(30))).isTrue();
    }
}
