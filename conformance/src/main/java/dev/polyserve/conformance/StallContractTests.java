package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.polyserve.coroutine.carrier.Carrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Clause 10: a blocked event loop is reported.
abstract class StallContractTests extends ContractTests {
    private static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final BusyWork work = new BusyWork();

    /// Runs the busy work; for a short time only where no report of it reaches this process.
    private void keepBusy() {
        if (cell().runsOnLoops() && !cell().hasWorkers()) {
            work.keepBusy();
        } else {
            work.keepBusy(BUSY_NANOS);
        }
    }

    private TestService busy() {
        return new TestService(() -> connection -> {
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
        needsModelWithoutHandOff();
        appliesIf(cell().style() == HandlerStyle.PROTOCOL || Carrier.whyNot().isEmpty(),
                "handlers on their loop's own thread");
        try (ServerFixture fixture = start(busy(), BusyWork::watched); TestClient client = fixture.connect()) {
            client.send("x");
            EventRecorder.Stall stall = work.awaitReport(fixture.events);
            client.toTheEnd();
            assertTrue(stall.soFar().toMillis() >= 40, stall::toString);
            fixture.awaitOver(1);
            assertTrue(fixture.events.stalls.stream().noneMatch(BusyWork::isReportedBy), "once per turn");
        }
    }

    private static boolean isAsleep(EventRecorder.Stall stall) {
        return stall.stack().stream().anyMatch(frame -> frame.getMethodName().equals("sleep"));
    }

    @Test
    void shouldNotReportAHandlerThatWaits() throws Exception {
        needsStyle(HandlerStyle.HANDLER);
        TestService service = new TestService(() -> _ -> Thread.sleep(150), TestService.echo().protocol());
        try (ServerFixture fixture = start(service, BusyWork::watched); TestClient client = fixture.connect()) {
            client.toTheEnd();
            assertTrue(fixture.events.stalls.stream().noneMatch(StallContractTests::isAsleep),
                    () -> "a sleeping handler does not block the loop: " + fixture.events.stalls);
        }
    }

    @Test
    void shouldReportNoStallWithoutAnEventLoop() throws Exception {
        appliesIf(!cell().runsOnLoops(), "models with a thread per connection");
        try (ServerFixture fixture = start(busy(), BusyWork::watched); TestClient client = fixture.connect()) {
            client.send("x");
            client.toTheEnd();
            assertEquals(0, fixture.events.stalls.size());
        }
    }
}
