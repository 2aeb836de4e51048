package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.ServerBuilder;
import dev.polyserve.coroutine.Carrier;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Clause 10: an event loop is never blocked silently.
abstract class StallClause extends Clause {
    private static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long MOST_BUSY_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final CompletableFuture<Boolean> reported = new CompletableFuture<>();

    private static ServerBuilder watchful(ServerBuilder with) {
        return with.options(options -> options.withTimeouts(times -> times.withStall(Duration.ofMillis(40))));
    }

    /// Keeps the processor until that was reported, or for a while where nobody reports it, or to another process: one that is short
    /// of processors may see nothing of a short while.
    private void keepBusy() {
        boolean isHeardOf = cell().runsOnLoops() && !cell().hasWorkers();
        long end = System.nanoTime() + (isHeardOf ? MOST_BUSY_NANOS : BUSY_NANOS);
        while (!reported.isDone() && System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
    }

    private Role busy() {
        return new Role(() -> connection -> {
            connection.readByte();
            keepBusy();
        }, () -> (input, output) -> {
            input.skip(input.available());
            keepBusy();
            output.close();
        });
    }

    @Test
    void shouldReportAStalledLoopOnceWithTheStack() throws Exception {
        assumeTrue(cell().runsOnLoops(), "for event loops");
        assumeTrue(cell().style() == Style.PROTOCOL || Carrier.whyNot().isEmpty(),
                "for handlers on their loop's own thread");
        try (Stage stage = start(busy(), StallClause::watchful); Client client = stage.connect()) {
            client.send("x");
            Recorder.Stall stall = Recorder.next(stage.events.stalls, "stall");
            while (!isIn("keepBusy", stall)) {
                // On a busy machine any turn may be slow.
                stall = Recorder.next(stage.events.stalls, "stall of the handler");
            }
            reported.complete(true);
            client.toTheEnd();
            assertTrue(stall.soFar().toMillis() >= 40, stall::toString);
            stage.awaitOver(1);
            assertTrue(stage.events.stalls.stream().noneMatch(again -> isIn("keepBusy", again)), "once per turn");
        }
    }

    private static boolean isIn(String method, Recorder.Stall stall) {
        return stall.stack().stream().anyMatch(frame -> frame.getMethodName().equals(method));
    }

    @Test
    void shouldNotReportAHandlerThatWaits() throws Exception {
        needsStyle(Style.HANDLER);
        Role role = new Role(() -> _ -> Thread.sleep(150), Role.echo().protocol());
        try (Stage stage = start(role, StallClause::watchful); Client client = stage.connect()) {
            client.toTheEnd();
            assertTrue(stage.events.stalls.stream().noneMatch(stall -> isIn("sleep", stall)),
                    () -> "sleeping is a switch: " + stage.events.stalls);
        }
    }

    @Test
    void shouldReportNobodyWhereNothingIsShared() throws Exception {
        assumeTrue(!cell().runsOnLoops(), "for models with a thread per connection");
        try (Stage stage = start(busy(), StallClause::watchful); Client client = stage.connect()) {
            client.send("x");
            client.toTheEnd();
            assertEquals(0, stage.events.stalls.size());
        }
    }
}
