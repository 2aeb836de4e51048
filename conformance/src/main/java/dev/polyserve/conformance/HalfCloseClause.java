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
abstract class HalfCloseClause extends Clause {
    private static final Duration PROMPTLY = Duration.ofSeconds(1);

    @Test
    void shouldAnswerAfterThePeersEndAndThenEndPromptly() throws Exception {
        try (ServerFixture stage = start(Role.answerAtTheEnd(0)); TestClient client = stage.connect()) {
            client.send("12345");
            client.end();
            assertEquals("5\n", assertTimeout(cell().within(PROMPTLY), client::textToTheEnd));
            assertEquals(done(true), stage.events.nextCause());
        }
    }

    @Test
    void shouldSendALongAnswerWholeAfterThePeersEnd() throws Exception {
        try (ServerFixture stage = start(Role.answerAtTheEnd(1 << 20)); TestClient client = stage.connect()) {
            client.send("x");
            client.end();
            assertEquals(2 + (1 << 20), client.toTheEnd().length);
        }
    }

    @Test
    void shouldSendWhatAProducerStillHasAfterThePeersEnd() throws Exception {
        int bytes = 3 << 20;
        try (ServerFixture stage = start(Role.produces(bytes)); TestClient client = stage.connect()) {
            client.send("x");
            client.end();
            byte[] expected = new byte[bytes];
            Role.number(expected, 0);
            assertArrayEquals(expected, client.toTheEnd());
        }
    }

    @Test
    void shouldEndPromptlyForAPeerThatOnlyEnds() throws Exception {
        try (ServerFixture stage = start(Role.echo()); TestClient client = stage.connect()) {
            client.end();
            assertEquals("", assertTimeout(cell().within(PROMPTLY), client::textToTheEnd));
        }
    }

    @Test
    void shouldGoOnReadingAfterWeHaveEndedOurSideTwice() throws Exception {
        Role role = new Role(() -> connection -> {
            connection.print("only this");
            connection.end();
            connection.end();
            requireHeard(String.valueOf(connection.readLine()));
            requireHeard(connection.readLine() == null ? "heard" : "more");
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
                requireHeard(got.trim());
                output.close();
            }
        });
        try (ServerFixture stage = start(role); TestClient client = stage.connect()) {
            assertEquals("only this", client.textToTheEnd());
            client.send("heard\n");
            client.end();
            assertEquals(done(true), stage.events.nextCause());
        }
    }

    private static void requireHeard(String line) {
        if (!line.equals("heard")) {
            throw new IllegalStateException("not 'heard' but '" + line + "'");
        }
    }

    @Test
    void shouldNotDestroyItsLastWordsWhenInputIsLeftUnread() throws Exception {
        Role role = new Role(() -> connection -> {
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
        try (ServerFixture stage = start(role); TestClient client = stage.connect()) {
            client.send(new byte[20_000]);
            assertEquals("enough", client.textToTheEnd());
        }
    }
}
