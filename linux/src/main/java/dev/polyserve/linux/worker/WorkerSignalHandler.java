package dev.polyserve.linux.worker;

import dev.polyserve.linux.control.WorkerEventMessage;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/// Handles TERM and INT in a worker by reporting them to its supervisor. The worker does not end by itself: a signal to
/// all processes of a server concerns the server, which only the supervisor knows.
///
/// ```
///   kept, until the control channel is open ─▶ reported ──the supervisor is gone──▶ the second signal ends the worker
/// ```
///
/// **Thread**: any. Each signal has a thread of its own.
public final class WorkerSignalHandler {
    private static final CompletableFuture<WorkerSignalHandler> OF_THIS_WORKER = new CompletableFuture<>();

    private final WorkerEventReporter eventReporter;
    private final AtomicInteger signals = new AtomicInteger();
    /// Ends this worker now; empty while its supervisor decides.
    private volatile Optional<Runnable> endNow = Optional.empty();

    private WorkerSignalHandler(WorkerEventReporter eventReporter) {
        this.eventReporter = eventReporter;
    }

    /// Handles a signal that asks this process, a worker, to end.
    ///
    /// @param signal the signal's name without `SIG`
    public static void endRequested(String signal) {
        var _ = OF_THIS_WORKER.thenAccept(worker -> worker.receive(signal));
    }

    /// Reports the signals of this worker from now on, and those received before.
    static WorkerSignalHandler reportedBy(WorkerEventReporter eventReporter) {
        WorkerSignalHandler reported = new WorkerSignalHandler(eventReporter);
        OF_THIS_WORKER.complete(reported);
        return reported;
    }

    /// The supervisor is gone, and the worker drains: from now on a second signal ends it.
    void orphaned(Runnable endsNow) {
        endNow = Optional.of(endsNow);
    }

    private void receive(String signal) {
        boolean second = signals.incrementAndGet() > 1;
        if (second && endNow.isPresent()) {
            endNow.get().run();
        } else {
            eventReporter.event(new WorkerEventMessage.EndRequested(signal));
        }
    }
}
