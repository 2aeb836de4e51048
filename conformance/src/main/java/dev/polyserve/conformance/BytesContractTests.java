package dev.polyserve.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.polyserve.Handler;
import dev.polyserve.Input;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Clauses 3 and 4: bytes are exact for any chunking, and written bytes are sent at the end of a turn.
abstract class BytesContractTests extends ContractTests {
    private static final int WAIT_MILLIS = 10_000;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1024, 1025, 5000, 1 << 20})
    void shouldEchoExactly(int size) throws Exception {
        long seed = System.nanoTime();
        byte[] sent = new byte[size];
        new Random(seed).nextBytes(sent);
        try (ServerFixture fixture = start(TestService.echo()); TestClient client = fixture.connect()) {
            byte[] answer = client.exchange(ByteBuffer.wrap(sent), size);
            client.end();
            assertArrayEquals(sent, answer, () -> "seed " + seed);
            assertEquals(0, client.toTheEnd().length, "no extra bytes");
            EventRecorder.Ended ended = fixture.events.nextEnded();
            assertEquals(size, ended.connection().bytesIn());
            assertEquals(size, ended.connection().bytesOut());
        }
    }

    /// Urgent data is not delivered to the handler. A read ends before it; the data behind it follows.
    @Test
    void shouldReadTheDataBehindUrgentData() throws Exception {
        needsTransport(EndpointKind.TCP);
        try (ServerFixture fixture = start(TestService.echo())) {
            for (int connection = 0; connection < cell().times(20); connection++) {
                echoAroundUrgentData(fixture.server.address());
            }
        }
    }

    private static void echoAroundUrgentData(SocketAddress server) throws IOException {
        try (Socket client = new Socket()) {
            client.connect(server);
            client.setTcpNoDelay(true);
            client.setSoTimeout(WAIT_MILLIS);
            for (int round = 0; round < 3; round++) {
                client.getOutputStream().write("abc".getBytes(StandardCharsets.US_ASCII));
                client.sendUrgentData('X');
                client.getOutputStream().write("def".getBytes(StandardCharsets.US_ASCII));
                byte[] answer = client.getInputStream().readNBytes(6);
                assertEquals("abcdef", new String(answer, StandardCharsets.US_ASCII));
            }
        }
    }

    @Test
    void shouldDecodeCharactersSplitAcrossReads() throws Exception {
        long seed = System.nanoTime();
        String line = "zwölf Boxkämpfer, 漢字 und 🙂 ".repeat(40);
        try (ServerFixture fixture = start(TestService.upper()); TestClient client = fixture.connect()) {
            client.sendInPieces((line + "\n").getBytes(StandardCharsets.UTF_8), new Random(seed));
            assertEquals(line.toUpperCase(java.util.Locale.ROOT), client.line(), () -> "seed " + seed);
            for (byte piece : "é漢🙂\n".getBytes(StandardCharsets.UTF_8)) {
                client.send(new byte[]{piece});
            }
            assertEquals("É漢🙂", client.line());
        }
    }

    @Test
    void shouldAcceptBothLineEndingsAndAnUnterminatedLastLine() throws Exception {
        try (ServerFixture fixture = start(TestService.upper()); TestClient client = fixture.connect()) {
            client.send("one\ntwo\r\n\nlast");
            client.end();
            assertEquals("ONE\nTWO\n\nLAST\n", client.textToTheEnd());
        }
    }

    @Test
    void shouldAnswerPipelinedRequestsInOrder() throws Exception {
        StringBuilder requests = new StringBuilder();
        StringBuilder answers = new StringBuilder();
        for (int i = 0; i < 2000; i++) {
            requests.append("request ").append(i).append('\n');
            answers.append("REQUEST ").append(i).append('\n');
        }
        byte[] expected = answers.toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer sent = ByteBuffer.wrap(requests.toString().getBytes(StandardCharsets.UTF_8));
        try (ServerFixture fixture = start(TestService.upper()); TestClient client = fixture.connect()) {
            assertEquals(answers.toString(),
                    new String(client.exchange(sent, expected.length), StandardCharsets.UTF_8));
        }
    }

    @Test
    void shouldSendAGreetingBeforeTheClientSends() throws Exception {
        try (ServerFixture fixture = start(TestService.greeting()); TestClient client = fixture.connect()) {
            assertEquals("welcome", client.line());
            client.send("hello");
            assertEquals("hello", new String(client.bytes(5), StandardCharsets.UTF_8));
            client.end();
            assertEquals("", client.textToTheEnd(), "no extra bytes");
        }
    }

    @Test
    void shouldSendWrittenBytesBeforeWaitingForInput() throws Exception {
        needsStyle(HandlerStyle.HANDLER);
        Handler handler = connection -> {
            connection.print("name? ");
            connection.writeLine("hello " + connection.readLine());
        };
        try (ServerFixture fixture = start(new TestService(() -> handler, TestService.echo().protocol()));
                TestClient client = fixture.connect()) {
            assertEquals("name? ", new String(client.bytes(6), StandardCharsets.UTF_8));
            client.send("Ada\n");
            assertEquals("hello Ada\n", client.textToTheEnd());
        }
    }

    @Test
    void shouldKeepAllBytesOfManySmallWrites() throws Exception {
        int writes = 20_014;
        TestService service = new TestService(() -> connection -> {
            for (int i = 0; i < writes; i++) {
                connection.write(new byte[100]);
            }
        }, () -> new Protocol() {
            @Override
            public void opened(Output output) throws IOException {
                for (int i = 0; i < writes; i++) {
                    output.write(new byte[100]);
                }
                output.close();
            }

            @Override
            public void received(Input input, Output output) {
                input.skip(input.available());
            }
        });
        try (ServerFixture fixture = start(service); TestClient client = fixture.connect()) {
            assertEquals(writes * 100, client.toTheEnd().length);
            assertEquals(writes * 100L, fixture.events.nextEnded().connection().bytesOut());
        }
    }

    @Test
    void shouldIgnoreAnEmptyWrite() throws Exception {
        TestService service = new TestService(() -> connection -> {
            connection.write(new byte[0]);
            connection.flush();
            connection.print("");
            connection.print("x");
        }, () -> new Protocol() {
            @Override
            public void opened(Output output) throws IOException {
                output.write(new byte[0]);
                output.print("x");
                output.write(ByteBuffer.allocate(0));
                output.close();
            }

            @Override
            public void received(Input input, Output output) {
                input.skip(input.available());
            }
        });
        try (ServerFixture fixture = start(service); TestClient client = fixture.connect()) {
            assertEquals("x", client.textToTheEnd());
        }
    }
}
