package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import dev.polyserve.Input;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Clause 6: a half-close is a normal event (A3).
abstract class HalfCloseContractTests extends ContractTests {
    private static final Duration PROMPTLY = Duration.ofSeconds(1);

    @Test
    void shouldAnswerAfterThePeersEndAndThenEndPromptly() throws Exception {
        try (ServerFixture fixture = start(TestService.answerAtTheEnd(0)); TestClient client = fixture.connect()) {
            client.send("12345");
            client.end();
            assertEquals("5\n", assertTimeout(cell().within(PROMPTLY), client::textToTheEnd));
            assertEquals(done(true), fixture.events.nextCause());
        }
    }

    @Test
    void shouldSendAWholeLongAnswerAfterThePeersEnd() throws Exception {
        try (ServerFixture fixture = start(TestService.answerAtTheEnd(1 << 20));
                TestClient client = fixture.connect()) {
            client.send("x");
            client.end();
            assertEquals(2 + (1 << 20), client.toTheEnd().length);
        }
    }

    @Test
    void shouldSendTheRestOfAProducerAfterThePeersEnd() throws Exception {
        int bytes = 3 << 20;
        try (ServerFixture fixture = start(TestService.produces(bytes)); TestClient client = fixture.connect()) {
            client.send("x");
            client.end();
            byte[] expected = new byte[bytes];
            TestService.number(expected, 0);
            assertArrayEquals(expected, client.toTheEnd());
        }
    }

    @Test
    void shouldEndPromptlyWhenThePeerOnlyEnds() throws Exception {
        try (ServerFixture fixture = start(TestService.echo()); TestClient client = fixture.connect()) {
            client.end();
            assertEquals("", assertTimeout(cell().within(PROMPTLY), client::textToTheEnd));
        }
    }

    @Test
    void shouldKeepReadingAfterEndingTheOutputTwice() throws Exception {
        TestService service = new TestService(() -> connection -> {
            connection.print("only this");
            connection.end();
            connection.end();
            requireReceived(String.valueOf(connection.readLine()));
            requireReceived(connection.readLine() == null ? "received" : "more");
        }, () -> new Protocol() {
            private String got = "";

            @Override
            public void opened(Output output) throws IOException {
                output.print("only this");
                output.end();
                output.end();
            }

            @Override
            public void received(Input input, Output output) throws IOException {
                got += input.takeUtf8(input.available());
            }

            @Override
            public void ended(Output output) throws IOException {
                requireReceived(got.trim());
                output.close();
            }
        });
        try (ServerFixture fixture = start(service); TestClient client = fixture.connect()) {
            assertEquals("only this", client.textToTheEnd());
            client.send("received\n");
            client.end();
            assertEquals(done(true), fixture.events.nextCause());
        }
    }

    private static void requireReceived(String line) {
        if (!line.equals("received")) {
            throw new IllegalStateException("expected 'received', got '" + line + "'");
        }
    }

    @Test
    void shouldDeliverTheLastBytesWhenInputIsLeftUnread() throws Exception {
        TestService service = new TestService(() -> connection -> {
            connection.readByte();
            connection.print("enough");
        }, () -> new Protocol() {
            @Override
            public void received(Input input, Output output) throws IOException {
                input.skip(1);
                output.print("enough");
                output.close();
            }
        });
        try (ServerFixture fixture = start(service); TestClient client = fixture.connect()) {
            client.send(new byte[20_000]);
            assertEquals("enough", client.textToTheEnd());
        }
    }
}
