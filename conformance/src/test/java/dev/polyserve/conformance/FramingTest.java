package dev.polyserve.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Cause;
import dev.polyserve.Codec;
import dev.polyserve.Framing;
import dev.polyserve.Handler;
import dev.polyserve.IncompleteFrameException;
import dev.polyserve.Limit;
import dev.polyserve.Protocol;
import java.net.ProtocolException;
import java.nio.ByteOrder;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Framing through a whole connection, with input split in every possible way. A failure reports its random seed.
class FramingTest {
    private static final int LIMIT_BYTES = 20;
    private static final ByteOrder BIG = ByteOrder.BIG_ENDIAN;

    static Stream<Arguments> codecs() {
        return Stream.of(Arguments.of("u8", Framing.lengthPrefixed(1, ByteOrder.BIG_ENDIAN, LIMIT_BYTES)),
                Arguments.of("u16 big", Framing.lengthPrefixed(2, ByteOrder.BIG_ENDIAN, LIMIT_BYTES)),
                Arguments.of("u16 little", Framing.lengthPrefixed(2, ByteOrder.LITTLE_ENDIAN, LIMIT_BYTES)),
                Arguments.of("u32 big", Framing.lengthPrefixed(4, ByteOrder.BIG_ENDIAN, LIMIT_BYTES)),
                Arguments.of("u32 little", Framing.lengthPrefixed(4, ByteOrder.LITTLE_ENDIAN, LIMIT_BYTES)),
                Arguments.of("varint", Framing.varintPrefixed(LIMIT_BYTES)),
                Arguments.of("one-byte delimiter", Framing.delimited(LIMIT_BYTES, (byte) 0)),
                Arguments.of("long delimiter", Framing.delimited(LIMIT_BYTES, (byte) 0, (byte) 0, (byte) 1)));
    }

    /// The messages as the codec frames them.
    private static byte[] framed(Codec<byte[]> codec, byte[]... messages) {
        return Rehearsal.handle(connection -> {
            for (byte[] message : messages) {
                connection.write(codec, message);
            }
        }).run().sent();
    }

    private static byte[] message(int length) {
        byte[] bytes = new byte[length];
        java.util.Arrays.fill(bytes, (byte) 'm');
        return bytes;
    }

    private static Handler collecting(Codec<byte[]> codec, List<Integer> lengths) {
        return connection -> {
            for (byte[] message; (message = connection.read(codec)) != null;) {
                assertThat(message).containsOnly('m');
                lengths.add(message.length);
            }
        };
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("codecs")
    void shouldFindMessagesForEverySplit(String name, Codec<byte[]> codec) {
        byte[] stream = framed(codec, message(3), message(1), message(LIMIT_BYTES), message(7));
        for (long seed = 0; seed < 100; seed++) {
            List<Integer> lengths = new ArrayList<>();
            RehearsalResult outcome = Rehearsal.handle(collecting(codec, lengths)).receives(stream).ends()
                    .inRandomPieces(seed)
                    .run();
            assertThat(lengths).as("%s, seed %d", name, seed).containsExactly(3, 1, LIMIT_BYTES, 7);
            assertThat(outcome.cause()).isEqualTo(new Cause.Done(true));
        }
        List<Integer> lengths = new ArrayList<>();
        Rehearsal.handle(collecting(codec, lengths)).receives(stream).ends().oneByteAtATime().run();
        assertThat(lengths).containsExactly(3, 1, LIMIT_BYTES, 7);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("codecs")
    void shouldRefuseAMessageOneByteOverTheLimit(String name, Codec<byte[]> codec) {
        byte[] stream = framed(codec, message(LIMIT_BYTES), message(LIMIT_BYTES + 1));
        List<Integer> lengths = new ArrayList<>();
        RehearsalResult outcome = Rehearsal.handle(collecting(codec, lengths)).receives(stream).oneByteAtATime().run();
        assertThat(outcome.cause()).as(name).isEqualTo(new Cause.LimitReached(Limit.FRAME));
        assertThat(lengths).containsExactly(LIMIT_BYTES);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("codecs")
    void shouldReportAMessageTruncatedByTheEnd(String name, Codec<byte[]> codec) {
        byte[] whole = framed(codec, message(5));
        byte[] cut = java.util.Arrays.copyOf(whole, whole.length - 1);
        Handler handler = connection -> assertThatThrownBy(() -> connection.read(codec)).as(name)
                .isInstanceOfSatisfying(IncompleteFrameException.class, e -> assertThat(e.partial()).isEqualTo(cut));
        assertThat(Rehearsal.handle(handler).receives(cut).ends().run().failures()).isEmpty();
        RehearsalResult unhandled = Rehearsal.protocol(() -> Protocol.framed(codec, (_, _) -> {
        })).receives(cut).ends().run();
        assertThat(unhandled.cause()).isInstanceOf(Cause.PeerReset.class);
    }

    @Test
    void shouldReadMessagesOfFixedLength() {
        Codec<byte[]> codec = Framing.fixedLength(4);
        List<Integer> lengths = new ArrayList<>();
        Rehearsal.handle(collecting(codec, lengths)).receives("mmmmmmmm").ends().oneByteAtATime().run();
        assertThat(lengths).containsExactly(4, 4);
        assertThat(Rehearsal.handle(c -> c.write(codec, new byte[3])).run().failures()).singleElement()
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Framing.fixedLength(0)).isInstanceOf(IllegalArgumentException.class);
    }

    static Stream<Arguments> headers() {
        return Stream.of(
                Arguments.of("digits", Framing.withHeader(4, header -> Framing.digits(header, 0, 4)),
                        List.of("0003abc", "0000", "0012hello, world")),
                Arguments.of("at an offset", Framing.withHeader(3, header -> Framing.number(header, 1, 1, BIG)),
                        List.of("k\003xabc", "k\000x", "k\014xhello, world")),
                Arguments.of("counts itself", Framing.withHeader(2, header -> Framing.number(header, 0, 2, BIG) - 2),
                        List.of("\000\005abc", "\000\002", "\000\016hello, world")),
                Arguments.of("little end first",
                        Framing.withHeader(3, header -> Framing.number(header, 0, 3, ByteOrder.LITTLE_ENDIAN)),
                        List.of("\003\000\000abc", "\000\000\000", "\014\000\000hello, world")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("headers")
    void shouldFindFramesWithAHeaderForEverySplit(String name, Codec<byte[]> codec, List<String> frames) {
        for (long seed = 0; seed < 100; seed++) {
            List<String> found = new ArrayList<>();
            RehearsalResult outcome = Rehearsal.messages(codec, (frame, client) -> {
                found.add(new String(frame, StandardCharsets.US_ASCII));
                client.write(codec, frame);
            }).receives(String.join("", frames)).ends().inRandomPieces(seed).run();
            assertThat(found).as("%s, seed %d", name, seed).isEqualTo(frames);
            assertThat(outcome.text()).isEqualTo(String.join("", frames));
            assertThat(outcome.cause()).isEqualTo(new Cause.Done(true));
        }
    }

    @Test
    void shouldRefuseAFrameWithAHeaderThatIsTooLongOrInvalid() {
        Codec<byte[]> digits = Framing.withHeader(4, header -> Framing.digits(header, 0, 4), LIMIT_BYTES);
        Codec<byte[]> itself = Framing.withHeader(1, header -> header.peek(0) - 2);
        assertThat(Rehearsal.handle(c -> c.read(digits)).receives("0016" + "x".repeat(16)).run().cause())
                .isEqualTo(new Cause.Done(false));
        assertThat(Rehearsal.handle(c -> c.read(digits)).receives("0017").run().cause())
                .isEqualTo(new Cause.LimitReached(Limit.FRAME));
        assertThat(Rehearsal.handle(c -> c.read(digits)).receives("00x1").run().failures()).singleElement()
                .isInstanceOf(ProtocolException.class).asString().contains("in place of a digit");
        assertThat(Rehearsal.handle(c -> c.read(itself)).receives("\001").run().failures()).singleElement()
                .isInstanceOf(ProtocolException.class).asString().contains("-1 bytes");
        assertThat(Rehearsal.handle(c -> c.write(digits, new byte[3])).run().failures()).singleElement()
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(Rehearsal.messages(digits, (_, _) -> {
        }).receives("0005hell").ends().run().cause()).isInstanceOf(Cause.PeerReset.class);
    }

    @Test
    void shouldRefuseALengthThatIsNegativeAsAnInt() {
        Codec<byte[]> codec = Framing.lengthPrefixed(4, ByteOrder.BIG_ENDIAN);
        RehearsalResult outcome = Rehearsal.handle(c -> c.read(codec))
                .receives((byte) -1, (byte) -1, (byte) -1, (byte) -1)
                .run();
        assertThat(outcome.cause()).isEqualTo(new Cause.LimitReached(Limit.FRAME));
        RehearsalResult varint = Rehearsal.handle(c -> c.read(Framing.varintPrefixed()))
                .receives((byte) -1, (byte) -1, (byte) -1, (byte) -1, (byte) -1).run();
        assertThat(varint.cause()).isEqualTo(new Cause.LimitReached(Limit.FRAME));
    }

    @Test
    void shouldRefuseToEncodeALengthThatThePrefixCannotHold() {
        Codec<byte[]> codec = Framing.lengthPrefixed(1, ByteOrder.BIG_ENDIAN);
        RehearsalResult outcome = Rehearsal.handle(c -> c.write(codec, new byte[256])).run();
        assertThat(outcome.failures()).singleElement().isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Framing.lengthPrefixed(3, ByteOrder.BIG_ENDIAN)).hasMessageContaining("1, 2 or 4");
        assertThatThrownBy(Framing::delimited).hasMessageContaining("empty");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n"})
    void shouldLimitLinesExactly(String ending) {
        Codec<String> lines = Framing.lines(5);
        Handler handler = connection -> {
            for (String line; (line = connection.read(lines)) != null;) {
                connection.writeLine(line);
            }
        };
        assertThat(Rehearsal.handle(handler).receives("12345" + ending + "1234").ends().oneByteAtATime().run().text())
                .isEqualTo("12345\n1234\n");
        for (String tooLong : List.of("123456" + ending, "123456", "1234567")) {
            assertThat(Rehearsal.handle(handler).receives(tooLong).ends().oneByteAtATime().run().cause()).as(tooLong)
                    .isEqualTo(new Cause.LimitReached(Limit.FRAME));
        }
    }

    @Test
    void shouldKeepACarriageReturnThatEndsNoLine() {
        assertThat(
                Rehearsal.handle(c -> c.print(c.readLine() + "|" + c.readLine())).receives("a\rb\nc\r").ends().run()
                        .text())
                .isEqualTo("a\rb|c\r");
    }

    @Test
    void shouldLeaveFollowingBytesForTheNextRead() {
        Handler handler = connection -> {
            String line = connection.readLine();
            byte[] exact = connection.readExactly(3);
            byte[] until = connection.readUntil((byte) ';');
            connection.print(line + exact.length + (until == null ? "" : until.length) + connection.available());
            assertThat(connection.readByte()).isEqualTo('x');
        };
        assertThat(Rehearsal.handle(handler).receives("GET\n123abcd;xy").ends().run().text()).isEqualTo("GET342");
    }

    @Test
    void shouldSplitTextOnlyBetweenCharacters() {
        Handler handler = connection -> {
            for (String text; (text = connection.readText()) != null;) {
                connection.print(text);
                connection.flush();
            }
        };
        String text = "aé漢🙂z";
        RehearsalResult outcome = Rehearsal.handle(handler).receives(text).ends().oneByteAtATime().run();
        assertThat(outcome.texts()).containsExactly("a", "é", "漢", "🙂", "z");
        for (long seed = 0; seed < 100; seed++) {
            assertThat(Rehearsal.handle(handler).receives(text.repeat(5)).ends().inRandomPieces(seed).run().text())
                    .as("seed %d", seed).isEqualTo(text.repeat(5));
        }
    }

    @Test
    void shouldRefuseInvalidUtf8ButKeepAReplacementCharacter() {
        for (byte[] bad : List.of(new byte[]{'a', (byte) 0xff, '\n'}, new byte[]{(byte) 0xc3, '\n'},
                new byte[]{(byte) 0xed, (byte) 0xa0, (byte) 0x80, '\n'}, new byte[]{(byte) 0xc0, (byte) 0x80, '\n'})) {
            RehearsalResult outcome = Rehearsal.handle(c -> c.readLine()).receives(bad).ends().run();
            assertThat(outcome.failures()).singleElement().isInstanceOf(MalformedInputException.class);
        }
        assertThat(Rehearsal.handle(c -> c.print(String.valueOf(c.readLine()))).receives("\uFFFD\n").run().text())
                .isEqualTo("\uFFFD");
        RehearsalResult cut = Rehearsal.handle(c -> c.readText()).receives((byte) 0xe6, (byte) 0xbc).ends().run();
        assertThat(cut.failures()).singleElement().isInstanceOf(MalformedInputException.class);
    }
}
