package dev.polyserve.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Codec;
import dev.polyserve.FrameTooLongException;
import dev.polyserve.Framing;
import dev.polyserve.Handler;
import dev.polyserve.Input;
import dev.polyserve.MessageHandler;
import dev.polyserve.Model;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import dev.polyserve.Server;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Runs the snippets of `docs/guide/framing.md`.
class FramingGuideTest {
    private static final String ANY_PORT = "tcp://127.0.0.1:0";

    // region codec
    static final Codec<byte[]> FRAMES = Framing.lengthPrefixed(2, ByteOrder.BIG_ENDIAN);
    // endregion

    @Test
    void oneCodecServesEveryStyle() throws Exception {
        // region both
        Handler echo = client -> {
            for (byte[] frame; (frame = client.read(FRAMES)) != null;) {
                client.write(FRAMES, frame);
            }
        };
        MessageHandler<byte[]> sameByMessage = (frame, output) -> output.write(FRAMES, frame);
        Protocol sameInEvents = Protocol.framed(FRAMES, sameByMessage);
        // endregion
        byte[] twoFrames = {0, 3, 'a', 'b', 'c', 0, 0};
        try (Server handler = Server.at(ANY_PORT).handle(echo).start();
                Server messages = Server.at(ANY_PORT).messages(FRAMES, sameByMessage).start();
                Server protocol = Server.at(ANY_PORT).protocol(() -> sameInEvents).start()) {
            for (Server server : new Server[]{handler, messages, protocol}) {
                try (Client client = Client.of(server)) {
                    for (byte each : twoFrames) {
                        client.send(each);
                    }
                    assertThat(client.end().bytes(100)).isEqualTo(twoFrames);
                }
            }
        }
    }

    // region headers
    static final Codec<byte[]> DIGITS = Framing.withHeader(4, header -> Framing.digits(header, 0, 4)); // 0005hello
    static final Codec<byte[]> AT_AN_OFFSET = Framing.withHeader(8, // a type, flags, and the length in bytes 4 to 7
            header -> Framing.number(header, 4, 4, ByteOrder.BIG_ENDIAN));
    static final Codec<byte[]> COUNTS_ITSELF = Framing.withHeader(4,
            header -> Framing.number(header, 0, 4, ByteOrder.BIG_ENDIAN) - 4);
    // endregion

    static Stream<Arguments> headers() {
        return Stream.of(Arguments.of(DIGITS, "0005hello"), Arguments.of(AT_AN_OFFSET, "type\000\000\000\005hello"),
                Arguments.of(COUNTS_ITSELF, "\000\000\000\011hello"));
    }

    @ParameterizedTest
    @MethodSource("headers")
    void aHeaderHasTheLength(Codec<byte[]> codec, String frame) throws Exception {
        try (Server server = Server.at(ANY_PORT).messages(codec, (bytes, client) -> client.write(bytes)).start();
                Client client = Client.of(server)) {
            assertThat(client.send(frame + frame).end().rest()).isEqualTo(frame + frame);
        }
    }

    @Test
    void readsOfDifferentKindsMix() throws Exception {
        // region mixed
        Handler upload = client -> {
            byte[] kind = client.readUntil((byte) ' '); // "put"
            String length = client.readLine(); // "5"
            if (kind == null || length == null) {
                return;
            }
            byte[] content = client.readExactly(Integer.parseInt(length)); // "hello", and not a byte more
            client.writeLine("stored " + content.length + " bytes");
        };
        // endregion
        try (Server server = Server.at(ANY_PORT).handle(upload).start(); Client client = Client.of(server)) {
            assertThat(client.send("put 5\nhelloput").rest()).isEqualTo("stored 5 bytes\n");
        }
    }

    // region mapped
    record Point(int x, int y) {
        static final Codec<Point> CODEC = Framing.lines(100).map(Point::parse, point -> point.x + "," + point.y);

        private static Point parse(String line) {
            String[] numbers = line.split(",", 2);
            return new Point(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]));
        }
    }
    // endregion

    @Test
    void messagesMayHaveACustomType() throws Exception {
        Handler mirror = client -> {
            for (Point point; (point = client.read(Point.CODEC)) != null;) {
                client.write(Point.CODEC, new Point(point.y, point.x));
            }
        };
        try (Server server = Server.at(ANY_PORT).handle(mirror).start(); Client client = Client.of(server)) {
            assertThat(client.send("1,2\n-3,4\n").end().rest()).isEqualTo("2,1\n4,-3\n");
        }
    }

    // region netstring
    /// Netstrings: the length in digits, a colon, the bytes, a comma. `5:hello,`
    static final class Netstring implements Codec<byte[]> {
        private static final int MOST_DIGITS = 9;

        @Override
        public byte @Nullable [] decode(Input input) throws IOException {
            int colon = input.indexOf((byte) ':', 0);
            if (colon < 0 || colon > MOST_DIGITS) {
                if (input.available() > MOST_DIGITS) {
                    throw new IOException("not a netstring");
                }
                return null; // the length is not whole yet
            }
            int length = 0;
            for (int i = 0; i < colon; i++) {
                length = 10 * length + Character.digit(input.peek(i), 10);
            }
            if (length > input.maxFrameBytes()) {
                throw new FrameTooLongException(input.maxFrameBytes());
            }
            if (input.available() < colon + 1 + length + 1) {
                return null; // not all of it has come: nothing may be consumed
            }
            input.skip(colon + 1);
            byte[] message = input.take(length);
            input.skip(1);
            return message;
        }

        @Override
        public void encode(byte[] message, Output output) throws IOException {
            output.print(message.length + ":");
            output.write(message);
            output.writeByte(',');
        }
    }
    // endregion

    @Test
    void aCustomCodec() throws Exception {
        Codec<byte[]> netstrings = new Netstring();
        Server server = Server.at(ANY_PORT).model(Model.nio())
                .options(o -> o.withLimits(limits -> limits.withFrameBytes(1000)))
                .protocol(() -> Protocol.framed(netstrings, (message, output) -> output.write(netstrings, message)))
                .start();
        try (server) {
            try (Client client = Client.of(server)) {
                client.send("5:hel").send("lo,0:,");
                assertThat(client.bytes(11)).isEqualTo("5:hello,0:,".getBytes(StandardCharsets.US_ASCII));
            }
            try (Client client = Client.of(server)) {
                assertThat(client.send("1001:").rest()).as("after a message too long").isEmpty();
            }
        }
    }

    @Test
    void textComesInWholeCharacters() throws Exception {
        // region text
        Handler shout = client -> {
            for (String text; (text = client.readText()) != null;) { // never half a character
                client.print(text.toUpperCase(Locale.ROOT));
                client.flush();
            }
        };
        // endregion
        byte[] umlaut = "ä".getBytes(StandardCharsets.UTF_8);
        try (Server server = Server.at(ANY_PORT).handle(shout).start(); Client client = Client.of(server)) {
            assertThat(client.send("ab").bytes(2)).isEqualTo("AB".getBytes(StandardCharsets.US_ASCII));
            assertThat(client.send(umlaut[0]).send(umlaut[1]).end().rest()).isEqualTo("Ä");
        }
    }
}
