package dev.polyserve.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.polyserve.Options;
import java.lang.reflect.Field;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The header's rules, with each header in one piece, byte by byte, and in random pieces.
class ProxyHeaderParserTest {
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
    private static final byte[] BEHIND = "behind\r\n".getBytes(StandardCharsets.US_ASCII);

    @ParameterizedTest
    @ValueSource(strings = {"PROXY TCP4 192.168.0.1 10.0.0.2 56324 443", "PROXY TCP4 0.0.0.0 255.255.255.255 0 65535",
        "PROXY TCP6 ::1 2001:db8::1 1 2",
        "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535"})
    void aLineOfTextNamesBothAddresses(String line) {
        String[] parts = line.split(" ", -1);
        ProxyHeader header = whole(text(line + "\r\n"));
        assertThat(header.version()).isEqualTo(1);
        ProxyHeader.Route route = header.route().orElseThrow();
        assertThat(route.source()).isEqualTo(new InetSocketAddress(parts[2], Integer.parseInt(parts[4])));
        assertThat(route.destination()).isEqualTo(new InetSocketAddress(parts[3], Integer.parseInt(parts[5])));
    }

    /// What is kept for a connection that stops before the last byte of the longest header, read as the stage reads it.
    @Test
    void theLongestHeaderTakesItsOwnLengthOfMemory() throws ReflectiveOperationException {
        byte[] header = Arrays.copyOf(
                HexFormat.of().parseHex(SIGNATURE + "2111ffff" + "c0000207c63364010fa001bb" + "e0fff0"), 16 + 65_535);
        Field seen = ProxyHeaderParser.class.getDeclaredField("seen");
        seen.setAccessible(true);
        ProxyHeaderParser parser = new ProxyHeaderParser(Options.ProxyProtocol.Versions.ANY);
        while (parser.size() < header.length - 1) {
            int count = Math.min(Math.min(parser.wants(), 4096), header.length - 1 - parser.size());
            assertInstanceOf(ProxyHeaderParser.Result.More.class,
                    parser.parse(ByteBuffer.wrap(header, parser.size(), count)));
            assertThat(((byte[]) seen.get(parser)).length).isLessThanOrEqualTo(header.length)
                    .isLessThanOrEqualTo(Math.max(256, 2 * parser.size()));
        }
        assertThat(parser.wants()).isEqualTo(1);
        assertInstanceOf(ProxyHeaderParser.Result.Whole.class,
                parser.parse(ByteBuffer.wrap(header, header.length - 1, 1)));
    }

    @Test
    void anIpv4MappedAddressIsTheIpv4Address() {
        assertThat(whole(text("PROXY TCP6 ::ffff:10.0.0.1 ::1 1 2\r\n")).route().orElseThrow().source())
                .isEqualTo(new InetSocketAddress("10.0.0.1", 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PROXY UNKNOWN", "PROXY UNKNOWN ", "PROXY UNKNOWN whatever  there\tis",
        "PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535"})
    void unknownKeepsTheRealAddresses(String line) {
        assertThat(line.length()).isLessThanOrEqualTo(105);
        assertThat(whole(text(line + "\r\n")).route()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PROXY  TCP4 1.1.1.1 2.2.2.2 1 2\r\n", "PROXY TCP4  1.1.1.1 2.2.2.2 1 2\r\n",
        "PROXY TCP4 1.1.1.1 2.2.2.2 1 2 \r\n", "PROXY TCP4 1.1.1.1 2.2.2.2 1\r\n",
        "PROXY TCP4 1.1.1.1 2.2.2.2 01 2\r\n", "PROXY TCP4 1.1.1.1 2.2.2.2 00 2\r\n",
        "PROXY TCP4 1.1.1.1 2.2.2.2 65536 2\r\n", "PROXY TCP4 1.1.1.1 2.2.2.2 +1 2\r\n",
        "PROXY TCP4 1.1.1.1 2.2.2.2 1 -2\r\n", "PROXY TCP4 01.1.1.1 2.2.2.2 1 2\r\n",
        "PROXY TCP4 1.1.1 2.2.2.2 1 2\r\n", "PROXY TCP4 1.1.1.256 2.2.2.2 1 2\r\n",
        "PROXY TCP4 ::1 2.2.2.2 1 2\r\n", "PROXY TCP6 1.1.1.1 ::1 1 2\r\n", "PROXY TCP6 :::1 ::1 1 2\r\n",
        "PROXY TCP6 ::1%lo ::1 1 2\r\n", "PROXY TCP6 [::1] ::1 1 2\r\n", "PROXY tcp4 1.1.1.1 2.2.2.2 1 2\r\n",
        "PROXY TCP5 1.1.1.1 2.2.2.2 1 2\r\n", "PROXY UNKNOWNS\r\n____________", "PROXY UDP4 1.1.1.1 2.2.2.2 1 2\r\n",
        "PROXY TCP4 localhost 2.2.2.2 1 2\r\n", "PROXY TCP4 1.1.1.1 2.2.2.2 1 2\n_________",
        "PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r_________", "PROXY UNKNOWN a\nb\r\n", "PROXY UNKNOWN a\rb\r\n",
        "PROXX TCP4", "proxy ", "GET / HTTP/1.1\r\n", "\r\n\r\n\r\n", "PROXY\r\n_________", "\u0016\u0003\u0001"})
    void anythingElseIsRefused(String text) {
        assertThat(refused(text(text), Options.ProxyProtocol.Versions.ANY)).startsWith("its ");
    }

    @Test
    void aLineThatDoesNotEndWithin107BytesIsRefused() {
        String line = "PROXY UNKNOWN " + "x".repeat(91);
        assertThat(whole(text(line + "\r\n")).version()).isEqualTo(1);
        assertThat(refused(text(line + "x\r\n"), Options.ProxyProtocol.Versions.ANY)).contains("107");
    }

    @Test
    void binaryHeadersNameBothAddresses() {
        ProxyHeader.Route four = whole(hex(SIGNATURE + "2111000c" + "0a000001" + "0a000002" + "04d2" + "01bb"))
                .route().orElseThrow();
        assertThat(four.source()).isEqualTo(new InetSocketAddress("10.0.0.1", 1234));
        assertThat(four.destination()).isEqualTo(new InetSocketAddress("10.0.0.2", 443));
        ProxyHeader.Route six = whole(hex(SIGNATURE + "21210024" + "20010db8000000000000000000000001"
                + "00000000000000000000000000000001" + "ffff" + "0000")).route().orElseThrow();
        assertThat(six.source()).isEqualTo(new InetSocketAddress("2001:db8::1", 65535));
        assertThat(six.destination()).isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("::1"), 0));
    }

    @Test
    void aUnixPathEndsBeforeItsZero() {
        byte[] header = Arrays.copyOf(hex(SIGNATURE + "213100d8"), 16 + 216);
        System.arraycopy(text("/run/a.sock"), 0, header, 16, 11);
        System.arraycopy(text("\0name"), 0, header, 16 + 108, 5);
        ProxyHeader.Route route = whole(header).route().orElseThrow();
        assertThat(route.source()).isEqualTo(UnixDomainSocketAddress.of("/run/a.sock"));
        assertThat(route.destination()).isEqualTo(UnixDomainSocketAddress.of("@name"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"20000000", "2011000c0a0000010a00000204d201bb", "200000050102030405", "21000003ffffff",
        "2100000c0a0000010a00000204d201bb",
        // LOCAL with an unknown family, with an unknown transport, and with a wrong checksum
        "20440000", "20ff0003010203", "20130000", "2011001300000000000000000000000003000400000000"})
    void localAndUnspecifiedKeepTheRealAddressesAndSkipTheRest(String rest) {
        ProxyHeader header = whole(hex(SIGNATURE + rest));
        assertThat(header.route()).isEmpty();
        assertThat(header.command())
                .isEqualTo(rest.startsWith("20") ? ProxyHeader.Command.LOCAL : ProxyHeader.Command.PROXY);
    }

    @Test
    void theTransportIsNotCompared() {
        assertThat(whole(hex(SIGNATURE + "2112000c0a0000010a00000204d201bb")).route().orElseThrow().source())
                .isEqualTo(new InetSocketAddress("10.0.0.1", 1234));
    }

    @Test
    void anUnspecifiedTransportKeepsTheRealAddresses() {
        assertThat(whole(hex(SIGNATURE + "2110000c0a0000010a00000204d201bb")).route()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1111000c", "3111000c", "2211000c", "2f11000c", "2141000c", "2113000c", "21f1000c",
        "2111000b", "21210023", "213100d7", "21110000",
        // a field longer than the rest, one without its length, a wrong checksum, one of another length
        "2111000f" + "0a0000010a00000204d201bb" + "010001", "2111000e" + "0a0000010a00000204d201bb" + "0100",
        "21110013" + "0a0000010a00000204d201bb" + "03000400000000",
        "21110011" + "0a0000010a00000204d201bb" + "0300020000",
        // TLS: too short, and an inner field that is too long
        "21110012" + "0a0000010a00000204d201bb" + "200003010000",
        "21110017" + "0a0000010a00000204d201bb" + "2000080100000000210001"})
    void malformedBinaryHeadersAreRefused(String rest) {
        assertThat(refused(hex(SIGNATURE + rest), Options.ProxyProtocol.Versions.ANY)).contains("PROXY header");
    }

    @Test
    void aUniqueIdHasAtMost128Bytes() {
        for (int length : List.of(0, 128, 129)) {
            var fields = new ProxyTlvs(List.of(new ProxyTlvs.Field(ProxyTlvs.UNIQUE_ID, new byte[length])));
            byte[] header = ProxyHeaderWriter.binary(new InetSocketAddress("10.0.0.1", 1),
                    new InetSocketAddress("10.0.0.2", 2), fields);
            if (length > 128) {
                assertThat(refused(header, Options.ProxyProtocol.Versions.V2)).contains("129 bytes");
            } else {
                assertThat(whole(header).fields().uniqueId()).hasValueSatisfying(id -> assertThat(id).hasSize(length));
            }
        }
    }

    @Test
    void fieldsAreRead() {
        byte[] ssl = hex("05" + "00000000" + "210007" + HexFormat.of().formatHex(text("TLSv1.3")) + "220005"
                + HexFormat.of().formatHex(text("alice")) + "230003" + HexFormat.of().formatHex(text("AES")));
        var sent = new ProxyTlvs(List.of(new ProxyTlvs.Field(ProxyTlvs.ALPN, text("h2")),
                new ProxyTlvs.Field(ProxyTlvs.NOOP, new byte[7]),
                new ProxyTlvs.Field(ProxyTlvs.AUTHORITY, text("example.org")),
                new ProxyTlvs.Field(ProxyTlvs.NETWORK_NAMESPACE, text("blue")),
                new ProxyTlvs.Field(0xE0, text("own")), new ProxyTlvs.Field(ProxyTlvs.SSL, ssl)));
        ProxyTlvs fields = whole(ProxyHeaderWriter.binary(new InetSocketAddress("10.0.0.1", 1),
                new InetSocketAddress(InetAddress.ofLiteral("::1"), 2), sent)).fields();
        assertThat(fields.all()).hasSize(5);
        assertThat(fields.alpn()).contains("h2");
        assertThat(fields.authority()).contains("example.org");
        assertThat(fields.networkNamespace()).contains("blue");
        assertThat(fields.first(0xE0)).hasValueSatisfying(own -> assertThat(own.value()).isEqualTo(text("own")));
        ProxySslTlv read = fields.ssl().orElseThrow();
        assertThat(read.overTls()).isTrue();
        assertThat(read.verified()).isTrue();
        assertThat(read.version()).contains("TLSv1.3");
        assertThat(read.commonName()).contains("alice");
        assertThat(read.cipher()).contains("AES");
    }

    @Test
    void theLongestHeaderIsRead() {
        byte[] value = new byte[0xFFFF - 12 - 3 - 7];
        var fields = new ProxyTlvs(List.of(new ProxyTlvs.Field(0xE1, value)));
        byte[] header = ProxyHeaderWriter.binary(new InetSocketAddress("10.0.0.1", 1),
                new InetSocketAddress("10.0.0.2", 2), fields);
        assertThat(header).hasSize(16 + 0xFFFF);
        assertThat(whole(header).fields().all()).hasSize(1);
    }

    @Test
    void onlyTheAcceptedVersionIsTaken() {
        byte[] one = text("PROXY UNKNOWN\r\n");
        byte[] two = hex(SIGNATURE + "20000000");
        assertThat(refused(one, Options.ProxyProtocol.Versions.V2)).contains("version 1");
        assertThat(refused(two, Options.ProxyProtocol.Versions.V1)).contains("version 2");
    }

    @ParameterizedTest
    @MethodSource("headers")
    void everyTruncationWaitsForTheRest(byte[] header) {
        for (int length = 0; length < header.length; length++) {
            var parser = new ProxyHeaderParser(Options.ProxyProtocol.Versions.ANY);
            assertInstanceOf(ProxyHeaderParser.Result.More.class, parser.parse(ByteBuffer.wrap(header, 0, length)));
            assertThat(parser.wants()).isBetween(1, header.length - length);
        }
    }

    /// Headers of each kind.
    static Stream<byte[]> headers() {
        InetSocketAddress four = new InetSocketAddress("192.168.111.1", 56324);
        InetSocketAddress six = new InetSocketAddress("2001:db8::7", 1);
        var fields = new ProxyTlvs(List.of(new ProxyTlvs.Field(ProxyTlvs.AUTHORITY, text("example.org"))));
        return Stream.of(ProxyHeaderWriter.text(four, four), ProxyHeaderWriter.text(six, four),
                text("PROXY TCP6 :: :: 0 0\r\n"), text("PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n"),
                text("PROXY UNKNOWN\r\n"), text("PROXY UNKNOWN 1 2\r\n"),
                ProxyHeaderWriter.binary(four, four, fields), ProxyHeaderWriter.binary(six, six, fields),
                ProxyHeaderWriter.binary(UnixDomainSocketAddress.of("/a"), UnixDomainSocketAddress.of("@b"), fields),
                ProxyHeaderWriter.local());
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    /// The header, which is the same in all pieces, and nothing behind it is taken.
    private static ProxyHeader whole(byte[] bytes) {
        byte[] all = Arrays.copyOf(bytes, bytes.length + BEHIND.length);
        System.arraycopy(BEHIND, 0, all, bytes.length, BEHIND.length);
        ProxyHeader first = null;
        for (Pieces pieces : Pieces.values()) {
            ByteBuffer input = ByteBuffer.wrap(all);
            var parser = new ProxyHeaderParser(Options.ProxyProtocol.Versions.ANY);
            ProxyHeader header = assertInstanceOf(ProxyHeaderParser.Result.Whole.class,
                    pieces.feed(parser, input), () -> "in pieces " + pieces).header();
            assertThat(input.remaining()).isEqualTo(BEHIND.length);
            assertThat(first == null ? header.route() : first.route()).isEqualTo(header.route());
            first = header;
        }
        return Optional.ofNullable(first).orElseThrow();
    }

    private static String refused(byte[] bytes, Options.ProxyProtocol.Versions versions) {
        String first = null;
        for (Pieces pieces : Pieces.values()) {
            String why = assertInstanceOf(ProxyHeaderParser.Result.Refused.class,
                    pieces.feed(new ProxyHeaderParser(versions), ByteBuffer.wrap(bytes)),
                    () -> "in pieces " + pieces).why();
            assertThat(first == null ? why : first).isEqualTo(why);
            first = why;
        }
        return Optional.ofNullable(first).orElseThrow();
    }

    /// How the bytes arrive.
    private enum Pieces {
        WHOLE, WANTED, SINGLE, RANDOM;

        private static final Random RANDOM_SIZES = new Random(7);

        private int next(ProxyHeaderParser parser, int remaining) {
            return Math.min(remaining, switch (this) {
                case WHOLE -> remaining;
                case WANTED -> parser.wants();
                case SINGLE -> 1;
                case RANDOM -> 1 + RANDOM_SIZES.nextInt(9);
            });
        }

        ProxyHeaderParser.Result feed(ProxyHeaderParser parser, ByteBuffer input) {
            ProxyHeaderParser.Result result = new ProxyHeaderParser.Result.More();
            while (result instanceof ProxyHeaderParser.Result.More && input.hasRemaining()) {
                ByteBuffer piece = input.slice(input.position(), next(parser, input.remaining()));
                result = parser.parse(piece);
                input.position(input.position() + piece.position());
                if (result instanceof ProxyHeaderParser.Result.More) {
                    assertThat(piece.remaining()).isZero();
                }
            }
            return result;
        }
    }
}
