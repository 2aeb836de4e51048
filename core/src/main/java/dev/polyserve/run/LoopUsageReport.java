package dev.polyserve.run;

import dev.polyserve.conversation.ServerContext;
import dev.polyserve.loop.EventLoop;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/// Records how evenly several loops were used, and logs that once, at the end.
///
/// **Thread**: the first loop's; [#report] once the loops have ended.
final class LoopUsageReport {
    private final List<EventLoop> loops;
    private final ServerContext context;
    private final long[] connections;
    private final AtomicBoolean reported = new AtomicBoolean();
    private long begunNanos;

    LoopUsageReport(List<EventLoop> loops, ServerContext context) {
        this.loops = loops;
        this.context = context;
        this.connections = new long[loops.size()];
    }

    /// Records the start of the loops.
    void begins() {
        begunNanos = context.clock().nanos();
    }

    /// Records that a loop receives a connection.
    void takes(int loop) {
        connections[loop]++;
    }

    /// Logs the balance, if there is more than one loop to compare.
    void report() {
        if (loops.size() > 1 && connections[0] > 0 && reported.compareAndSet(false, true)) {
            long nanos = Math.max(1, context.clock().nanos() - begunNanos);
            String busy = loops.stream().map(loop -> 100 * loop.busyNanos() / nanos + " %")
                    .collect(Collectors.joining(", "));
            String given = Arrays.stream(connections).mapToObj(Long::toString).collect(Collectors.joining(", "));
            context.log().log(System.Logger.Level.INFO,
                    () -> "the loops had " + given + " connections, and were busy " + busy + " of the time", null);
        }
    }
}
