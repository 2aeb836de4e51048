package dev.polyserve.comparison.part;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Options;
import dev.polyserve.proxy.ProxyTlvs;
import dev.polyserve.proxy.ProxyHeader;
import dev.polyserve.proxy.ProxyHeaderParser;
import dev.polyserve.proxy.ProxyHeaderWriter;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Netty reads the same out of generated headers as this library.
@Tag("slow")
class NettyProxyHeaderTest {
    private static final int HEADERS = 2_000;

    private final Random random = new Random(20_261_130);

    @Test
    void nettyReadsTheSameAddressesAndFields() throws UnknownHostException {
        for (int i = 0; i < HEADERS; i++) {
            SocketAddress source = address(i % 2 == 0);
            SocketAddress destination = address(i % 2 == 0);
            List<ProxyTlvs.Field> fields = fields();
            byte[] header = i % 3 == 0
                    ? ProxyHeaderWriter.text(source, destination)
                    : ProxyHeaderWriter.binary(source, destination, new ProxyTlvs(fields));
            compare(header, i % 3 == 0 ? List.of() : fields);
        }
    }

    private void compare(byte[] header, List<ProxyTlvs.Field> fields) throws UnknownHostException {
        var result = new ProxyHeaderParser(Options.ProxyProtocol.Versions.ANY).parse(ByteBuffer.wrap(header));
        assertThat(result).isInstanceOf(ProxyHeaderParser.Result.Whole.class);
        ProxyHeader ours = ((ProxyHeaderParser.Result.Whole) result).header();
        EmbeddedChannel channel = new EmbeddedChannel(new HAProxyMessageDecoder());
        channel.writeInbound(Unpooled.wrappedBuffer(header));
        HAProxyMessage theirs = channel.readInbound();
        try {
            ProxyHeader.Route route = ours.route().orElseThrow();
            assertThat(theirs.protocolVersion().name()).isEqualTo("V" + ours.version());
            assertThat(route.source()).isEqualTo(at(theirs.sourceAddress(), theirs.sourcePort()));
            assertThat(route.destination()).isEqualTo(at(theirs.destinationAddress(), theirs.destinationPort()));
            assertThat(ours.fields().all()).hasSameSizeAs(fields);
            for (ProxyTlvs.Field field : ours.fields().all()) {
                assertThat(theirs.tlvs()).anySatisfy(tlv -> {
                    assertThat(Byte.toUnsignedInt(tlv.typeByteValue())).isEqualTo(field.type());
                    assertThat(tlv.content().toString(StandardCharsets.ISO_8859_1))
                            .isEqualTo(new String(field.value(), StandardCharsets.ISO_8859_1));
                });
            }
        } finally {
            theirs.release();
            channel.finishAndReleaseAll();
        }
    }

    private static SocketAddress at(String host, int port) throws UnknownHostException {
        return new InetSocketAddress(InetAddress.getByName(host), port);
    }

    private SocketAddress address(boolean four) throws UnknownHostException {
        byte[] bytes = new byte[four ? 4 : 16];
        random.nextBytes(bytes);
        return new InetSocketAddress(InetAddress.getByAddress(bytes), random.nextInt(65_536));
    }

    private List<ProxyTlvs.Field> fields() {
        List<ProxyTlvs.Field> fields = new ArrayList<>();
        for (int type : new int[]{ProxyTlvs.ALPN, ProxyTlvs.AUTHORITY, ProxyTlvs.UNIQUE_ID, 0xE3}) {
            if (random.nextBoolean()) {
                byte[] value = new byte[random.nextInt(100)];
                random.nextBytes(value);
                fields.add(new ProxyTlvs.Field(type, value));
            }
        }
        return fields;
    }
}
