package dev.polyserve.loop;

import dev.polyserve.coroutine.carrier.Carrier;
import dev.polyserve.coroutine.hub.Hub;
import java.util.Optional;

/// The coroutines of a loop: where they run, and the hub that they may have.
///
/// **Thread**: the loop's, except as noted.
public final class CoroutineScheduler {
    private final EventLoop loop;
    private final boolean lendThread;
    /// Set before the loop starts, if at all.
    private Optional<LoopHub> hub = Optional.empty();

    /// @param lendThread whether they run on the loop's thread, which the JDK must allow ([Carrier#whyNot])
    CoroutineScheduler(EventLoop loop, boolean lendThread) {
        this.loop = loop;
        this.lendThread = lendThread;
    }

    /// Whether they run on the loop's own thread; if not, they are virtual threads of the default scheduler. **Thread**: any.
    public boolean lendThread() {
        return lendThread;
    }

    /// A new one. **Thread**: any.
    Thread unstarted(String name, Runnable body) {
        Thread.Builder.OfVirtual threads = lendThread ? Carrier.threadsOn(loop) : Thread.ofVirtual();
        hub.ifPresent(offered -> threads.uncaughtExceptionHandler(offered.host()));
        return threads.name(name).unstarted(body);
    }

    /// The calling one ends.
    void leaves() {
        hub.ifPresent(offered -> offered.host().detach());
    }

    /// Lets them, and the callbacks on the loop's thread, have a hub. Before the loop starts.
    public void offerHub() {
        LoopHub offered = new LoopHub(loop);
        loop.thread().setUncaughtExceptionHandler(offered.host());
        hub = Optional.of(offered);
    }

    /// Their hub, where they have one. **Thread**: any.
    public Optional<Hub> hub() {
        return hub.map(offered -> offered.host().hub());
    }

    /// Whether the calling thread is the loop's, or that of a task of the hub. **Thread**: any.
    public boolean runOn(Thread calling) {
        return loop.thread().equals(calling)
                || hub.filter(offered -> offered.host().isTaskCalling()).isPresent();
    }

    /// Kills the tasks of the hub, and waits for their end, but not for long. **Thread**: any.
    public void closeHub() {
        hub.ifPresent(offered -> offered.host().close());
    }
}
