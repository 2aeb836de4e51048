package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.polyserve.Cause;
import dev.polyserve.Connection;
import dev.polyserve.Handler;
import dev.polyserve.Input;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/// Clause 1: a connection has one thread at a time and is never re-entered. Clause 9: a factory creates one handler per
/// connection.
abstract class TurnsContractTests extends ContractTests {
    private static final int CLIENTS = 8;
    private static final int BYTES = 200;

    @Test
    void shouldTakeOneTurnAtATimeAndKeepPlainFieldsVisible() throws Exception {
        try (ServerFixture fixture = start(new TestService(Counting::new, Counting::new))) {
            List<TestClient> clients = new ArrayList<>();
            for (int i = 0; i < (cell().servesTwoAtOnce() ? Math.min(CLIENTS, cell().capacity()) : 1); i++) {
                clients.add(fixture.connect());
            }
            for (int sent = 0; sent < BYTES; sent++) {
                for (TestClient client : clients) {
                    client.send(new byte[]{1});
                }
            }
            for (TestClient client : clients) {
                client.end();
                assertEquals(Integer.toString(BYTES), client.textToTheEnd());
                client.close();
            }
            assertEquals(0, fixture.server.stats().failed());
        }
    }

    @Test
    void shouldMakeOneHandlerPerConnection() throws Exception {
        Queue<Object> made = new ConcurrentLinkedQueue<>();
        TestService service = new TestService(() -> noted(new Counting(), made), () -> noted(new Counting(), made));
        try (ServerFixture fixture = start(service)) {
            for (int i = 1; i <= 2; i++) {
                try (TestClient client = fixture.connect()) {
                    client.send("x".repeat(i));
                    client.end();
                    assertEquals(Integer.toString(i), client.textToTheEnd(), "fields belong to the connection");
                }
            }
        }
        needsOneProcess();
        List<Object> instances = List.copyOf(made);
        assertEquals(2, instances.size());
        assertNotSame(instances.getFirst(), instances.getLast());
    }

    @Test
    void shouldShareAHandlerGivenAsALambda() throws Exception {
        needsStyle(HandlerStyle.HANDLER);
        needsOneProcess();
        Queue<Object> seen = new ConcurrentLinkedQueue<>();
        Handler shared = new Handler() {
            @Override
            public void handle(Connection connection) throws IOException {
                seen.add(this);
                connection.print("hello");
            }
        };
        try (ServerFixture fixture = start(new TestService(() -> shared, TestService.closes().protocol()))) {
            for (int i = 0; i < 2; i++) {
                try (TestClient client = fixture.connect()) {
                    assertEquals("hello", client.textToTheEnd());
                }
            }
        }
        assertEquals(2, seen.size());
        seen.forEach(handler -> assertSame(shared, handler));
    }

    @Test
    void shouldNotReenterWhenOtherThreadsSendDuringATurn() throws Exception {
        try (ServerFixture fixture = start(new TestService(SendingDuringTurn::new, SendingDuringTurn::new));
                TestClient client = fixture.connect()) {
            client.send("x");
            assertEquals("from outside", client.line());
            client.end();
            client.toTheEnd();
            fixture.awaitOver(1);
            assertEquals(0, fixture.server.stats().failed());
        }
    }

    private static <T> T noted(T made, Queue<Object> where) {
        where.add(made);
        return made;
    }

    /// Counts bytes in a plain field; throws when re-entered.
    private static final class Counting implements Handler, Protocol {
        private boolean inside;
        private int count;

        @Override
        public void handle(Connection connection) throws IOException {
            byte[] into = new byte[16];
            for (int got; (got = connection.read(into)) >= 0;) {
                turn(got);
            }
            connection.print(Integer.toString(count));
        }

        @Override
        public void received(Input input, Output output) {
            turn(input.takeAll().remaining());
        }

        @Override
        public void ended(Output output) throws IOException {
            output.print(Integer.toString(count));
            output.close();
        }

        private void turn(int bytes) {
            if (inside) {
                throw new IllegalStateException("re-entered");
            }
            inside = true;
            count += bytes;
            Thread.onSpinWait();
            inside = false;
        }
    }

    /// Lets another thread send to its connection during a turn; throws when re-entered.
    private static final class SendingDuringTurn implements Handler, Protocol {
        private boolean inside;

        @Override
        public void handle(Connection connection) throws Exception {
            connection.readByte();
            turn(connection);
            TestService.echo(connection);
        }

        @Override
        public void received(Input input, Output output) throws Exception {
            input.skip(input.available());
            turn(output);
        }

        @Override
        public void drained(Output output) {
            check();
        }

        @Override
        public void closed(Cause cause) {
            check();
        }

        private void check() {
            if (inside) {
                throw new IllegalStateException("re-entered");
            }
        }

        private void turn(Output output) throws InterruptedException {
            check();
            inside = true;
            var sender = output.sender();
            Thread other = Thread.ofPlatform().start(() -> sender.offer("from outside\n"));
            other.join();
            inside = false;
        }
    }
}
