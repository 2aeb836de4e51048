package dev.polyserve.conformance;

import dev.polyserve.ServerBuilder;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// Keeps a processor busy until a stall is reported. A fixed time would not do: a busy machine may not observe a short
/// stall.
///
/// **Thread**: any.
final class BusyWork {
    private static final String METHOD = "keepBusy";
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(10);

    private volatile boolean reported;

    /// Sets a stall limit of 40 ms, for loops that are not handed off.
    static ServerBuilder watched(ServerBuilder with) {
        return with.options(options -> options
                .withTimeouts(times -> times.withStall(Duration.ofMillis(40)).withHandOff(Duration.ZERO)));
    }

    void keepBusy() {
        keepBusy(MOST_NANOS);
    }

    void keepBusy(long atMostNanos) {
        long end = System.nanoTime() + atMostNanos;
        while (!reported && System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
    }

    /// Waits until this work is reported, and ends it.
    EventRecorder.Stall awaitReport(EventRecorder events) throws InterruptedException {
        EventRecorder.Stall stall = EventRecorder.next(events.stalls, "stall");
        while (!isReportedBy(stall)) {
            // On a busy machine any turn may stall.
            stall = EventRecorder.next(events.stalls, "stall of the busy work");
        }
        reported = true;
        return stall;
    }

    static boolean isReportedBy(EventRecorder.Stall stall) {
        return stall.stack().stream().anyMatch(frame -> frame.getMethodName().equals(METHOD));
    }
}
