package dev.polyserve.conformance;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Silent or disconnected clients cost a server no processor time and no memory beyond an open connection.
abstract class IdleCostContractTests extends ContractTests {
    private static final int SETTLING = 4;
    private static final int RESETTING = 20;
    private static final int UNREAD_BYTES = 50_000;
    private static final int SILENT = 8;
    /// Half of the bytes that the resetting clients left unread.
    private static final long GROWTH_BYTES = (long) RESETTING * UNREAD_BYTES / 2;

    @Test
    void shouldUseNoResourcesForSilentOrDisconnectedClients() throws Exception {
        List<TestClient> silent = new ArrayList<>();
        try (ServerFixture fixture = start(TestService.echo())) {
            resetWithUnreadAnswers(fixture, SETTLING);
            long heapBefore = IdleCostMeasurement.heapBytes();
            resetWithUnreadAnswers(fixture, cell().times(RESETTING));
            Eventually.until("the heap is at its former size",
                    () -> IdleCostMeasurement.heapBytes() - heapBefore < GROWTH_BYTES);
            for (int i = 0; i < Math.min(SILENT, cell().capacity()); i++) {
                silent.add(fixture.connect());
                silent.getLast().send("x");
                silent.getLast().bytes(1);
            }
            IdleCostMeasurement.requireIdle(cell());
        } finally {
            for (TestClient client : silent) {
                client.close();
            }
        }
    }

    private void resetWithUnreadAnswers(ServerFixture fixture, int times) throws Exception {
        for (int i = 0; i < times; i++) {
            TestClient client = fixture.connect();
            client.send(new byte[UNREAD_BYTES]);
            if (cell().transport().isTcp()) {
                client.reset();
            } else {
                client.disconnect();
            }
        }
        fixture.awaitOver(times);
    }
}
