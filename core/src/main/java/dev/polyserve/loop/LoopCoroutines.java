package dev.polyserve.loop;

import dev.polyserve.coroutine.carrier.Carrier;
import dev.polyserve.coroutine.hub.Hub;
import java.util.Optional;
import java.util.concurrent.Executor;

/// The coroutines of a loop: where they run, and their hub if there is one.
///
/// **Thread**: the loop's, except as noted.
public final class LoopCoroutines {
    private final EventLoop loop;
    private final boolean lendThread;
    /// Has no thread.
    private final HandlerCoroutine ofNoHandler;
    /// Set before the loop starts, if at all.
    private Optional<LoopHub> hub = Optional.empty();

    /// @param lendThread whether coroutines run on the loop's thread, which the JDK must allow ([Carrier#whyNot])
    LoopCoroutines(EventLoop loop, boolean lendThread) {
        this.loop = loop;
        this.lendThread = lendThread;
        this.ofNoHandler = new HandlerCoroutine(loop, this);
    }

    /// Whether coroutines run on the loop's own thread. If not, they are virtual threads of the default scheduler.
    /// **Thread**: any.
    public boolean lendThread() {
        return lendThread;
    }

    /// What connections have for a coroutine while no handler owns them. **Thread**: any.
    HandlerCoroutine ofNoHandler() {
        return ofNoHandler;
    }

    /// Creates a coroutine that is not started. **Thread**: any.
    Thread unstarted(String name, Runnable body) {
        return unstarted(name, loop, body);
    }

    /// Creates a coroutine that is not started, whose continuations the executor submits to the loop.
    Thread unstarted(String name, Executor submits, Runnable body) {
        Thread.Builder.OfVirtual threads = lendThread ? Carrier.threadsOn(submits) : Thread.ofVirtual();
        hub.ifPresent(offered -> threads.uncaughtExceptionHandler(offered.host()));
        return threads.name(name).unstarted(body);
    }

    /// Detaches the calling coroutine from the hub at its end.
    void leaves() {
        hub.ifPresent(offered -> offered.host().detach());
    }

    /// Gives coroutines and the callbacks on the loop's thread access to a hub. Call it before the loop starts.
    public void offerHub() {
        loop.assertOwner();
        hub = Optional.of(new LoopHub(loop));
    }

    /// Gives callbacks on a thread of the loop access to the hub, if one is offered. Called when the thread begins to run
    /// the loop; without memory, too, since the loop is lost if this fails.
    void runOn(Thread thread) {
        if (hub.isPresent()) {
            thread.setUncaughtExceptionHandler(hub.get().host());
        }
    }

    /// The hub, if one is offered. **Thread**: any.
    public Optional<Hub> hub() {
        return hub.map(offered -> offered.host().hub());
    }

    /// Whether the calling thread is the loop's, or that of a task of the hub. **Thread**: any.
    public boolean isRunBy(Thread calling) {
        return loop.thread().equals(calling) || isTaskCalling();
    }

    /// Whether the caller is a task of the hub. **Thread**: any.
    boolean isTaskCalling() {
        return hub.filter(offered -> offered.host().isTaskCalling()).isPresent();
    }

    /// Kills the tasks of the hub and waits briefly for their end. **Thread**: any.
    public void closeHub() {
        hub.ifPresent(offered -> offered.host().close());
    }
}
