package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.polyserve.coroutine.Carrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Clause 10: an event loop is never blocked silently.
abstract class StallClause extends Clause {
    private static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final BusyWork work = new BusyWork();

    /// Not for long where it is not reported, or is reported to another process.
    private void keepBusy() {
        if (cell().runsOnLoops() && !cell().hasWorkers()) {
            work.keepBusy();
        } else {
            work.keepBusy(BUSY_NANOS);
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
        appliesIf(cell().runsOnLoops(), "event loops");
        appliesIf(cell().style() == Style.PROTOCOL || Carrier.whyNot().isEmpty(),
                "handlers on their loop's own thread");
        try (ServerFixture stage = start(busy(), BusyWork::watched); TestClient client = stage.connect()) {
            client.send("x");
            EventRecorder.Stall stall = work.awaitReport(stage.events);
            client.toTheEnd();
            assertTrue(stall.soFar().toMillis() >= 40, stall::toString);
            stage.awaitOver(1);
            assertTrue(stage.events.stalls.stream().noneMatch(BusyWork::isReportedBy), "once per turn");
        }
    }

    private static boolean isAsleep(EventRecorder.Stall stall) {
        return stall.stack().stream().anyMatch(frame -> frame.getMethodName().equals("sleep"));
    }

    @Test
    void shouldNotReportAHandlerThatWaits() throws Exception {
        needsStyle(Style.HANDLER);
        Role role = new Role(() -> _ -> Thread.sleep(150), Role.echo().protocol());
        try (ServerFixture stage = start(role, BusyWork::watched); TestClient client = stage.connect()) {
            client.toTheEnd();
            assertTrue(stage.events.stalls.stream().noneMatch(StallClause::isAsleep),
                    () -> "sleeping is a switch: " + stage.events.stalls);
        }
    }

    @Test
    void shouldReportNobodyWhereNothingIsShared() throws Exception {
        appliesIf(!cell().runsOnLoops(), "models with a thread per connection");
        try (ServerFixture stage = start(busy(), BusyWork::watched); TestClient client = stage.connect()) {
            client.send("x");
            client.toTheEnd();
            assertEquals(0, stage.events.stalls.size());
        }
    }
}
