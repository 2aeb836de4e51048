package dev.polyserve.proxy;

import java.io.ByteArrayOutputStream;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/// Writes PROXY headers. A header is sent in one write, before anything else.
///
/// If one address is IPv4 and the other IPv6, the IPv4 address is written as IPv4-mapped.
///
/// **Thread**: any.
public final class ProxyHeaderWriter {
    private static final int PROXY_COMMAND = 1;
    private static final int OVER_STREAM = 1;
    private static final int OVER_DATAGRAMS = 2;
    private static final int MOST_BLOCK_BYTES = 65_535;
    private static final int V4 = 4;
    private static final int V6 = 16;
    /// The checksum of a header counts as zero in it.
    private static final ProxyTlvs UNSUMMED = new ProxyTlvs(
            List.of(new ProxyTlvs.Field(ProxyTlvs.CRC32C, new byte[ProxyHeaderV2Parser.CHECKSUM_BYTES])));

    private ProxyHeaderWriter() {}

    /// Version 1. Other addresses than those of TCP are written as UNKNOWN.
    public static byte[] text(SocketAddress source, SocketAddress destination) {
        if (!(source instanceof InetSocketAddress from && destination instanceof InetSocketAddress to)
                || from.isUnresolved() || to.isUnresolved()) {
            return unknown();
        }
        boolean six = isV6(from) || isV6(to);
        String line = "PROXY " + (six ? "TCP6 " : "TCP4 ") + shown(from, six) + " " + shown(to, six) + " "
                + from.getPort() + " " + to.getPort() + "\r\n";
        return line.getBytes(StandardCharsets.US_ASCII);
    }

    /// Version 1 for a connection of the proxy's own.
    public static byte[] unknown() {
        return "PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII);
    }

    /// Version 2 for a client of a stream socket, with these fields, and with a checksum if there is room for one.
    ///
    /// @throws IllegalArgumentException if the fields are too long for one header
    public static byte[] binary(SocketAddress source, SocketAddress destination, ProxyTlvs fields) {
        return binary(source, destination, OVER_STREAM, fields);
    }

    /// As [#binary(SocketAddress, SocketAddress, ProxyTlvs)], for a client that sends datagrams.
    public static byte[] binaryOfDatagrams(SocketAddress source, SocketAddress destination, ProxyTlvs fields) {
        return binary(source, destination, OVER_DATAGRAMS, fields);
    }

    private static byte[] binary(SocketAddress source, SocketAddress destination, int transport, ProxyTlvs fields) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        int family = 0;
        if (source instanceof InetSocketAddress from && destination instanceof InetSocketAddress to
                && !from.isUnresolved() && !to.isUnresolved()) {
            boolean six = isV6(from) || isV6(to);
            family = (six ? 0x20 : 0x10) | transport;
            block.writeBytes(bytes(from.getAddress(), six));
            block.writeBytes(bytes(to.getAddress(), six));
            block.writeBytes(port(from));
            block.writeBytes(port(to));
        } else if (source instanceof UnixDomainSocketAddress from
                && destination instanceof UnixDomainSocketAddress to) {
            family = 0x30 | transport;
            block.writeBytes(path(from));
            block.writeBytes(path(to));
        }
        block.writeBytes(fields.bytes());
        return header(PROXY_COMMAND, family, block);
    }

    /// Version 2 for a connection of the proxy's own.
    public static byte[] local() {
        return header(0, 0, new ByteArrayOutputStream());
    }

    private static byte[] header(int command, int family, ByteArrayOutputStream block) {
        boolean summed = block.size() + ProxyHeaderV2Parser.FIELD_HEAD_BYTES
                + ProxyHeaderV2Parser.CHECKSUM_BYTES <= MOST_BLOCK_BYTES;
        if (summed) {
            block.writeBytes(UNSUMMED.bytes());
        }
        if (block.size() > MOST_BLOCK_BYTES) {
            throw new IllegalArgumentException(
                    "a PROXY header carries 65535 bytes of addresses and fields, not " + block.size());
        }
        ByteBuffer header = ByteBuffer.allocate(ProxyHeaderV2Parser.FIXED_BYTES + block.size());
        header.put(ProxyHeaderV2Parser.SIGNATURE).put((byte) (ProxyHeaderV2Parser.VERSION_2 | command))
                .put((byte) family)
                .putShort((short) block.size()).put(block.toByteArray());
        if (summed) {
            CRC32C sum = new CRC32C();
            sum.update(header.array());
            header.putInt(header.capacity() - ProxyHeaderV2Parser.CHECKSUM_BYTES, (int) sum.getValue());
        }
        return header.array();
    }

    private static boolean isV6(InetSocketAddress address) {
        return address.getAddress() instanceof Inet6Address;
    }

    private static byte[] port(InetSocketAddress address) {
        return new byte[]{(byte) (address.getPort() >> 8), (byte) address.getPort()};
    }

    private static byte[] bytes(InetAddress address, boolean six) {
        byte[] bytes = address.getAddress();
        if (!six || bytes.length == V6) {
            return bytes;
        }
        byte[] mapped = new byte[V6];
        mapped[V6 - V4 - 2] = (byte) 0xFF;
        mapped[V6 - V4 - 1] = (byte) 0xFF;
        System.arraycopy(bytes, 0, mapped, V6 - V4, V4);
        return mapped;
    }

    /// The text form without a scope.
    private static String shown(InetSocketAddress address, boolean six) {
        byte[] bytes = address.getAddress().getAddress();
        String text = LiteralAddress.of(bytes).getHostAddress();
        return six && bytes.length == V4 ? "::ffff:" + text : text;
    }

    private static byte[] path(UnixDomainSocketAddress address) {
        String path = address.getPath().toString();
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        if (path.startsWith("@")) {
            bytes[0] = 0;
        }
        return Arrays.copyOf(bytes, ProxyHeaderV2Parser.UNIX_BYTES / 2);
    }
}
