package dev.polyserve.coroutine;

import java.util.concurrent.Executor;

/// The loop on whose thread the tasks of a hub run.
///
/// `execute` runs something at a later turn, in order; **Thread**: any. The timers are for its own thread.
interface Ground extends Executor {
    /// Whether virtual threads can run on its thread.
    boolean lendsThread();

    /// Whether the calling thread is its own, as in a callback.
    boolean isCurrent();

    /// Whether it has ended: no task runs any more, and what comes runs where it comes from. **Thread**: any.
    boolean isEnded();

    /// Whether new tasks may still begin. **Thread**: any.
    boolean takesTasks();

    /// Sets a timer that is not set, in `delayNanos`.
    void set(HubTimer timer, long delayNanos);

    /// Cancels a timer; one that is not set stays so.
    void cancel(HubTimer timer);
}
