package dev.polyserve.conformance;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A server takes nothing for clients that are silent or gone: no processor time, and no memory beyond that of a connection.
abstract class IdleClause extends Clause {
    private static final int SETTLING = 4;
    private static final int RESETTING = 20;
    private static final int UNREAD_BYTES = 50_000;
    private static final int SILENT = 8;
    /// Half of what those that reset have not read.
    private static final long GROWTH_BYTES = (long) RESETTING * UNREAD_BYTES / 2;

    @Test
    void shouldTakeNothingForClientsThatAreSilentOrGone() throws Exception {
        List<TestClient> silent = new ArrayList<>();
        try (ServerFixture stage = start(Role.echo())) {
            resetWithUnreadAnswers(stage, SETTLING);
            long heapBefore = IdleCheck.heapBytes();
            resetWithUnreadAnswers(stage, cell().times(RESETTING));
            Eventually.until("the heap is as it was", () -> IdleCheck.heapBytes() - heapBefore < GROWTH_BYTES);
            for (int i = 0; i < Math.min(SILENT, cell().capacity()); i++) {
                silent.add(stage.connect());
                silent.getLast().send("x");
                silent.getLast().bytes(1);
            }
            IdleCheck.requireIdle(cell());
        } finally {
            for (TestClient client : silent) {
                client.close();
            }
        }
    }

    private void resetWithUnreadAnswers(ServerFixture stage, int times) throws Exception {
        for (int i = 0; i < times; i++) {
            TestClient client = stage.connect();
            client.send(new byte[UNREAD_BYTES]);
            if (cell().transport() == EndpointKind.TCP) {
                client.reset();
            } else {
                client.leave();
            }
        }
        stage.awaitOver(times);
    }
}
