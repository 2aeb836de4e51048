package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The services over TCP, with threads and with an event loop.
class StreamServicesTest {
    private static final long FROM_1900_TO_1970_SECONDS = 2_208_988_800L;

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "nio", "thread", "iterative"})
    void echoSendsEveryByteBack(String model) throws Exception {
        byte[] sent = new byte[300_000];
        new Random(1).nextBytes(sent);
        try (Cli server = Cli.serve("echo", "--model", model)) {
            assertThat(server.exchange(sent)).isEqualTo(sent);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "nio"})
    void upperChangesAsciiOnly(String model) throws Exception {
        try (Cli server = Cli.serve("upper", "--model", model)) {
            byte[] sent = "abc xyz 123 äöß €\r\n\0 no end".getBytes(StandardCharsets.UTF_8);
            assertThat(new String(server.exchange(sent), StandardCharsets.UTF_8))
                    .isEqualTo("ABC XYZ 123 äöß €\r\n\0 NO END");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "nio"})
    void upperIgnoresTheBoundariesOfReads(String model) throws Exception {
        try (Cli server = Cli.serve("upper", "--model", model); Socket client = server.connect()) {
            client.setTcpNoDelay(true);
            byte[] sent = "äbc€d".getBytes(StandardCharsets.UTF_8);
            byte[] received = new byte[sent.length];
            for (int i = 0; i < sent.length; i++) {
                client.getOutputStream().write(sent[i]);
                assertThat(client.getInputStream().readNBytes(received, i, 1)).isEqualTo(1);
            }
            assertThat(new String(received, StandardCharsets.UTF_8)).isEqualTo("äBC€D");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "nio"})
    void printMarksEveryLineWithThePeer(String model) throws Exception {
        try (Cli server = Cli.serve("print", "--model", model); Socket client = server.connect()) {
            client.getOutputStream().write(new byte[]{'a', '\r', '\n', (byte) 0xff, 'b', 0x1b, '\n', 'e', 'n', 'd'});
            client.shutdownOutput();
            assertThat(client.getInputStream().readAllBytes()).isEmpty();
            String mark = "[127.0.0.1:" + client.getLocalPort() + "] ";
            assertThat(server.out.awaitContaining("end")).isEqualTo(mark + "end");
            assertThat(server.out.text()).contains(mark + "a\n" + mark + "\ufffdb\\x1b\n" + mark + "end\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "nio"})
    void welcomeGreetsEchoesLinesAndExits(String model) throws Exception {
        try (Cli server = Cli.serve("welcome", "good day", "--model", model);
                LineClient client = LineClient.to(server)) {
            assertThat(client.receive()).isEqualTo("good day");
            client.send("one");
            assertThat(client.receive()).isEqualTo("one");
            client.socket().getOutputStream().write(new byte[]{(byte) 0xc3, '\n'});
            assertThat(client.receive()).isEqualTo("\ufffd");
            client.send("exit");
            assertThat(client.receive()).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "nio"})
    void discardSendsNothing(String model) throws Exception {
        try (Cli server = Cli.serve("discard", "--model", model)) {
            assertThat(server.exchange(new byte[100_000])).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "nio"})
    void chargenGoesOnAfterTheClientHasEnded(String model) throws Exception {
        try (Cli server = Cli.serve("chargen", "--model", model, "--drain-timeout", "1s");
                Socket client = server.connect()) {
            client.shutdownOutput();
            byte[] much = client.getInputStream().readNBytes(1_000_000);
            String text = new String(much, StandardCharsets.US_ASCII);
            assertThat(text.lines().findFirst().orElseThrow()).hasSize(72).startsWith(" !\"#$%&'()*+,-./0123456789");
            assertThat(text.lines().skip(1).findFirst().orElseThrow()).hasSize(72).startsWith("!\"#$%&'()");
            assertThat(text.substring(0, 7030)).isEqualTo(text.substring(7030, 14060));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "nio"})
    void daytimeTimeAndQuoteSendOnceAndClose(String model) throws Exception {
        try (Cli server = Cli.serve("daytime", "--model", model)) {
            assertThat(new String(server.exchange(new byte[0]), StandardCharsets.US_ASCII))
                    .matches("\\w+day, \\w+ \\d+, \\d{4} \\d\\d:\\d\\d:\\d\\d-\\S+\r\n");
        }
        try (Cli server = Cli.serve("time", "--model", model)) {
            long seconds = ByteBuffer.wrap(server.exchange(new byte[0])).getInt() & 0xffff_ffffL;
            assertThat(seconds - FROM_1900_TO_1970_SECONDS).isCloseTo(Instant.now().getEpochSecond(),
                    org.assertj.core.data.Offset.offset(60L));
        }
        try (Cli server = Cli.serve("qotd", "--model", model)) {
            assertThat(new String(server.exchange(new byte[0]), StandardCharsets.US_ASCII)).endsWith("\r\n")
                    .hasSizeBetween(10, 511);
        }
    }
}
