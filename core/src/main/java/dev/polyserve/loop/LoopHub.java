package dev.polyserve.loop;

import dev.polyserve.coroutine.carrier.Carrier;
import dev.polyserve.coroutine.hub.HubScheduler;
import dev.polyserve.coroutine.hub.EmbeddedHub;
import dev.polyserve.coroutine.hub.HubOptions;
import dev.polyserve.coroutine.hub.Task;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The hub of an event loop, for handlers and callbacks that request one. Its tasks share the loop with everything else
/// that runs there, and take turns with it: from the first request on, the loop is not handed off.
///
/// **Thread**: as [HubScheduler].
final class LoopHub implements HubScheduler {
    /// How long tasks may take to end once the loop ends.
    private static final Duration KILL_TIMEOUT = Duration.ofSeconds(1);

    private final EventLoop loop;
    private final EmbeddedHub host;

    LoopHub(EventLoop loop) {
        this.loop = loop;
        // The stall monitor of the server already watches the whole loop.
        this.host = new EmbeddedHub(this, loop.handOff()::refuse,
                HubOptions.defaults().withName(loop.name()).withStallLimit(Duration.ZERO)
                        .withKillTimeout(KILL_TIMEOUT));
    }

    EmbeddedHub host() {
        return host;
    }

    @Override
    public void execute(Runnable step) {
        loop.execute(step);
    }

    @Override
    public boolean lendsThread() {
        return Carrier.whyNot().isEmpty();
    }

    @Override
    public boolean isCurrent() {
        return Thread.currentThread().equals(loop.thread());
    }

    @Override
    public boolean isEnded() {
        return loop.hasEnded();
    }

    @Override
    public boolean takesTasks() {
        return !loop.isStopping();
    }

    @Override
    public Timer schedule(long delayNanos, Runnable action) {
        // Half of the maximum, 146 years, so that sums of times cannot overflow.
        EventLoop.Delayed delayed = loop.schedule(Math.min(delayNanos, Long.MAX_VALUE / 2), action);
        return () -> loop.cancel(delayed);
    }

    @Override
    public void runningTaskChanged(@Nullable Task<?> task) {
        loop.serves(task == null ? null : task.thread());
    }
}
