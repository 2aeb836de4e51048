package dev.polyserve.conformance;

import dev.polyserve.ServerBuilder;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// Work that keeps its processor until it was reported as a stall: a machine that is short of processors may see nothing of a
/// short while.
///
/// **Thread**: any.
final class BusyWork {
    private static final String METHOD = "keepBusy";
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(10);

    private volatile boolean reported;

    /// A server that reports what takes 40 ms.
    static ServerBuilder watched(ServerBuilder with) {
        return with.options(options -> options.withTimeouts(times -> times.withStall(Duration.ofMillis(40))));
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

    /// Waits until it was reported, and ends it then.
    EventRecorder.Stall awaitReport(EventRecorder events) throws InterruptedException {
        EventRecorder.Stall stall = EventRecorder.next(events.stalls, "stall");
        while (!isReportedBy(stall)) {
            // On a busy machine any turn may be slow.
            stall = EventRecorder.next(events.stalls, "stall of what keeps busy");
        }
        reported = true;
        return stall;
    }

    static boolean isReportedBy(EventRecorder.Stall stall) {
        return stall.stack().stream().anyMatch(frame -> frame.getMethodName().equals(METHOD));
    }
}
