package dev.polyserve.cli.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The name in the first bytes of a TLS client, in any pieces.
class ClientHelloTest {
    private static final int RECORD_HEADER = 5;

    /// What the JDK's client sends first.
    private static byte[] helloOf(String protocol, String... names) throws Exception {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine();
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(new String[]{protocol});
        if (names.length > 0) {
            parameters.setServerNames(List.of(new SNIHostName(names[0])));
        }
        engine.setSSLParameters(parameters);
        ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), out);
        byte[] bytes = new byte[out.flip().remaining()];
        out.get(bytes);
        return bytes;
    }

    private static ClientHello read(byte[] bytes, int length) {
        return ClientHello.of(ByteBuffer.wrap(bytes, 0, length));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void theNameIsKnownWithTheLastByte(String protocol) throws Exception {
        byte[] hello = helloOf(protocol, "WWW.Example.com");
        for (int length = 0; length < hello.length; length++) {
            int known = length;
            assertThat(read(hello, length)).as("%d bytes", length).isInstanceOfSatisfying(ClientHello.Incomplete.class,
                    more -> assertThat(more.bytesNeeded())
                            .isGreaterThan(known).isLessThanOrEqualTo(hello.length));
        }
        assertThat(read(hello, hello.length)).isEqualTo(new ClientHello.Named("www.example.com"));
    }

    @Test
    void theMessageMayHaveSeveralRecords() throws Exception {
        byte[] hello = helloOf("TLSv1.3", "www.example.com");
        int body = hello.length - RECORD_HEADER;
        for (int first = 1; first < body; first += 7) {
            ByteBuffer split = ByteBuffer.allocate(hello.length + RECORD_HEADER);
            split.put(hello, 0, 3).putShort((short) first).put(hello, RECORD_HEADER, first);
            split.put(hello, 0, 3).putShort((short) (body - first)).put(hello, RECORD_HEADER + first, body - first);
            assertThat(ClientHello.of(split.flip())).isEqualTo(new ClientHello.Named("www.example.com"));
            assertThat(split.position()).as("nothing is consumed").isZero();
        }
    }

    /// The message in records with so many bytes each.
    private static byte[] inRecords(byte[] hello, int each) {
        ByteBuffer split = ByteBuffer.allocate(RECORD_HEADER * hello.length);
        for (int from = RECORD_HEADER; from < hello.length; from += each) {
            int part = Math.min(each, hello.length - from);
            split.put(hello, 0, 3).putShort((short) part).put(hello, from, part);
        }
        byte[] bytes = new byte[split.flip().remaining()];
        split.get(bytes);
        return bytes;
    }

    @Test
    void aMessageInMoreRecordsHasNoName() throws Exception {
        byte[] hello = helloOf("TLSv1.3", "www.example.com");
        int body = hello.length - RECORD_HEADER;
        byte[] most = inRecords(hello, Math.ceilDiv(body, ClientHello.MOST_RECORDS));
        assertThat(read(most, most.length)).isEqualTo(new ClientHello.Named("www.example.com"));
        byte[] more = inRecords(hello, body / (ClientHello.MOST_RECORDS + 1));
        assertThat(read(more, more.length)).isEqualTo(new ClientHello.Unnamed());
    }

    @Test
    void oneByteAfterTheOtherIsReadFewTimes() throws Exception {
        byte[] hello = helloOf("TLSv1.3", "www.example.com");
        int reads = 0;
        int length = 0;
        while (read(hello, length) instanceof ClientHello.Incomplete more) {
            length = more.bytesNeeded();
            reads++;
        }
        assertThat(length).isEqualTo(hello.length);
        assertThat(reads).as("type, header, kind, length, message").isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(ints = {255, 256})
    void aLongerNameThanAnyHostHasIsNone(int length) {
        int names = 3 + length;
        ByteBuffer hello = ByteBuffer.allocate(400);
        hello.put((byte) 22).putShort((short) 0x301).putShort((short) (53 + names));
        hello.put((byte) 1).put((byte) 0).putShort((short) (49 + names)).put(new byte[34]);
        hello.put((byte) 0).putShort((short) 2).putShort((short) 0x1301).put((byte) 1).put((byte) 0);
        hello.putShort((short) (6 + names)).putShort((short) 0).putShort((short) (2 + names)).putShort((short) names);
        hello.put((byte) 0).putShort((short) length).put("a".repeat(length).getBytes(StandardCharsets.US_ASCII));
        assertThat(ClientHello.of(hello.flip())).isEqualTo(length == 255
                ? new ClientHello.Named("a".repeat(length))
                : new ClientHello.Unnamed());
    }

    @Test
    void aClientMayAskForNoName() throws Exception {
        byte[] hello = helloOf("TLSv1.3");
        assertThat(read(hello, hello.length)).isEqualTo(new ClientHello.Unnamed());
    }

    @ParameterizedTest
    @ValueSource(strings = {"474554202f", "16", "160301000078", "160301000402000000", "1603017f7f",
        "16030100050100000100"})
    void whatIsNoHelloHasNoName(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        ClientHello expected = bytes.length == 1
                ? new ClientHello.Incomplete(RECORD_HEADER)
                : new ClientHello.Unnamed();
        assertThat(read(bytes, bytes.length)).isEqualTo(expected);
    }

    @Test
    void damagedBytesAreNoFailure() throws Exception {
        byte[] hello = helloOf("TLSv1.3", "www.example.com");
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            byte[] damaged = hello.clone();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            assertThat(read(damaged, damaged.length)).isNotNull();
        }
    }
}
