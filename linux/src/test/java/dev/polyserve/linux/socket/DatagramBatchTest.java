package dev.polyserve.linux.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.io.DatagramPort;
import dev.polyserve.io.DatagramSender;
import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.SendmmsgBatch;
import dev.polyserve.linux.system.PollDescriptors;
import dev.polyserve.linux.system.RecvmmsgBatch;
import dev.polyserve.linux.system.SocketAddresses;
import dev.polyserve.linux.system.SocketCalls;
import dev.polyserve.linux.system.IntSocketOption;
import dev.polyserve.linux.system.ReadinessWaitCalls;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Checks that datagrams received and sent in batches equal those transferred one by one.
@EnabledOnOs(OS.LINUX)
@Timeout(30)
class DatagramBatchTest {
    private static final Options.Sockets OPTIONS = Options.defaults().sockets();
    private static final String SENT = "sent";
    /// A generous limit: datagrams over the loopback arrive at once, unless the machine is very busy.
    private static final long TIMEOUT_NANOS = 20_000_000_000L;

    private final Outcomes outcomes = new Outcomes();

    @TempDir
    private Path directory;

    /// Records the outcome of each datagram, in order: sent, or the reason of the failure.
    private static final class Outcomes implements DatagramSender.Outcome {
        final List<String> all = new ArrayList<>();

        @Override
        public void sent() {
            all.add(SENT);
        }

        @Override
        public void failed(SocketAddress to, IOException why) {
            all.add(to + ": " + why.getMessage());
        }
    }

    private static DatagramPort udp() throws IOException {
        return DescriptorSocketProvider.unlimited().bind(Endpoint.parse("udp://127.0.0.1:0"), OPTIONS);
    }

    private DatagramPort unix(String name) throws IOException {
        return DescriptorSocketProvider.unlimited().bind(Endpoint.parse("unixgram:" + directory.resolve(name)),
                OPTIONS);
    }

    /// Returns a datagram recognisable by its length and its beginning.
    private static ByteBuffer datagram(int bytes) {
        ByteBuffer datagram = ByteBuffer.allocate(bytes);
        for (int i = 0; i < bytes; i++) {
            datagram.put(i, (byte) (bytes + i));
        }
        return datagram;
    }

    private void collect(DatagramPort from, SocketAddress to, int... lengths) {
        for (int length : lengths) {
            from.sender().collect(datagram(length), to, from.local(), outcomes);
        }
    }

    /// Receives at least this many datagrams and all others that wait, checks their bytes, and returns their lengths.
    private static List<Integer> received(DatagramPort port, int atLeast) throws IOException {
        List<Integer> lengths = new ArrayList<>();
        ByteBuffer in = ByteBuffer.allocateDirect(RecvmmsgBatch.MOST_BYTES);
        long deadline = System.nanoTime() + TIMEOUT_NANOS;
        // One more call in any case: a port returns null once after a call that has received everything.
        for (boolean more = true; more; Thread.onSpinWait()) {
            more = lengths.size() < atLeast && System.nanoTime() < deadline;
            while (port.receive(in.clear()) != null) {
                in.flip();
                assertThat(in).isEqualTo(datagram(in.remaining()));
                lengths.add(in.remaining());
            }
        }
        return lengths;
    }

    /// Receives the next datagram, which is in transit.
    private static SocketAddress receive(DatagramPort port, ByteBuffer into) throws IOException {
        long deadline = System.nanoTime() + TIMEOUT_NANOS;
        while (System.nanoTime() < deadline) {
            SocketAddress sender = port.receive(into);
            if (sender != null) {
                return sender;
            }
            Thread.onSpinWait();
        }
        throw new AssertionError("nothing came");
    }

    @Test
    void manyOfAnyLengthComeWholeAndInOrder() throws Exception {
        DatagramPort server = udp();
        List<Integer> sent = new ArrayList<>();
        try (DatagramChannel client = DatagramChannel.open()) {
            for (int i = 0; i < 40; i++) {
                int bytes = i == 20 ? 65_507 : i % 5 * 100;
                client.send(datagram(bytes), server.address());
                sent.add(bytes);
            }
        }
        assertThat(received(server, sent.size())).isEqualTo(sent);
        assertThat(server.holdsReceived()).isFalse();
        server.close();
    }

    @Test
    void whatIsHeldIsHandedOutOneByOneAndItsSenderIsOneObject() throws Exception {
        // Unix datagrams have arrived when the send returns, even on a busy machine.
        DatagramPort server = unix("server");
        DatagramPort client = unix("client");
        collect(client, server.address(), 10, 20, 15);
        client.sender().flush(outcomes);
        ByteBuffer in = ByteBuffer.allocate(12);
        SocketAddress sender = receive(server, in);
        assertThat(sender).isEqualTo(client.address());
        assertThat(in.position()).isEqualTo(10);
        assertThat(server.holdsReceived()).isTrue();
        assertThat(server.receive(in.clear())).isSameAs(sender);
        assertThat(in.position()).as("cut where the buffer is full").isEqualTo(12);
        assertThat(server.receive(in.clear())).isSameAs(sender);
        assertThat(in.flip()).as("not the rest of the one before").isEqualTo(datagram(15).limit(12));
        assertThat(server.holdsReceived()).isFalse();
        server.close();
        client.close();
    }

    @Test
    void repliesAreSentInOrderAtTheFlush() throws Exception {
        DatagramPort server = udp();
        DatagramPort one = udp();
        DatagramPort other = udp();
        collect(one, server.address(), 3);
        one.sender().flush(outcomes);
        SocketAddress peer = receive(server, ByteBuffer.allocate(10));
        outcomes.all.clear();
        collect(server, peer, 100, 100, 0, 7);
        collect(server, other.address(), 50, 60, 60);
        collect(server, peer, 8);
        assertThat(outcomes.all).isEmpty();
        assertThat(received(one, 0)).isEmpty();
        server.sender().flush(outcomes);
        server.sender().flush(outcomes);
        assertThat(outcomes.all).hasSize(8).containsOnly(SENT);
        assertThat(received(one, 5)).containsExactly(100, 100, 0, 7, 8);
        assertThat(received(other, 3)).containsExactly(50, 60, 60);
        server.close();
        one.close();
        other.close();
    }

    /// Replies of equal length to one client, which may be joined, must come from the address of the request; so must
    /// single replies, which other threads send.
    @Test
    void everyReplyComesFromTheAddressThatWasAsked() throws Exception {
        for (String every : List.of("*", "0.0.0.0")) {
            DatagramPort server = DescriptorSocketProvider.unlimited().bind(new Endpoint.Udp(every, 0), OPTIONS);
            int port = ((InetSocketAddress) server.address()).getPort();
            try (DatagramChannel client = DatagramChannel.open(StandardProtocolFamily.INET)) {
                client.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                List<InetSocketAddress> asked = List.of(at("127.0.0.1", port), at("127.0.0.2", port),
                        at("127.0.0.2", port), at("127.0.0.3", port), at("127.0.0.1", port));
                for (InetSocketAddress address : asked) {
                    client.send(datagram(100), address);
                }
                ByteBuffer in = ByteBuffer.allocateDirect(RecvmmsgBatch.MOST_BYTES);
                for (InetSocketAddress address : asked) {
                    SocketAddress peer = receive(server, in.clear());
                    assertThat(server.local()).isEqualTo(address);
                    server.sender().collect(in.flip(), peer, server.local(), outcomes);
                    assertThat(server.sender().send(in.rewind(), peer, server.local())).isTrue();
                }
                server.sender().flush(outcomes);
                assertThat(outcomes.all).containsOnly(SENT);
                List<SocketAddress> answered = new ArrayList<>();
                for (int i = 0; i < 2 * asked.size(); i++) {
                    answered.add(client.receive(in.clear()));
                }
                // The replies sent singly come first.
                assertThat(answered.subList(0, asked.size())).isEqualTo(asked);
                assertThat(answered.subList(asked.size(), answered.size())).isEqualTo(asked);
            }
            server.close();
        }
    }

    private static InetSocketAddress at(String host, int port) {
        return new InetSocketAddress(host, port);
    }

    @Test
    void aReplyOverIpv6ComesFromTheAddressThatWasAsked() throws Exception {
        DatagramPort server = DescriptorSocketProvider.unlimited().bind(new Endpoint.Udp("*", 0), OPTIONS);
        int port = ((InetSocketAddress) server.address()).getPort();
        List<InetAddress> ours = NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses)
                .filter(Inet6Address.class::isInstance).toList();
        assumeTrue(!ours.isEmpty(), "needs IPv6");
        for (InetAddress address : ours) {
            try (DatagramChannel client = DatagramChannel.open()) {
                client.connect(new InetSocketAddress(address, port));
                client.write(datagram(10));
                ByteBuffer in = ByteBuffer.allocateDirect(RecvmmsgBatch.MOST_BYTES);
                SocketAddress peer = receive(server, in);
                assertThat(((InetSocketAddress) server.local()).getAddress()).isEqualTo(address);
                server.sender().collect(in.flip(), peer, server.local(), outcomes);
                server.sender().flush(outcomes);
                assertThat(outcomes.all).containsOnly(SENT);
                client.socket().setSoTimeout(20_000);
                assertThat(client.read(in.clear())).isEqualTo(10);
            }
        }
        server.close();
    }

    @Test
    void moreThanFitAreSentBefore() throws Exception {
        DatagramPort server = udp();
        DatagramPort client = udp();
        int many = SendmmsgBatch.CAPACITY + 10;
        for (int i = 0; i < many; i++) {
            collect(server, client.address(), i + 1);
        }
        assertThat(outcomes.all).hasSize(SendmmsgBatch.CAPACITY).containsOnly(SENT);
        server.sender().flush(outcomes);
        assertThat(received(client, many)).hasSize(many).isSorted();
        outcomes.all.clear();
        collect(server, client.address(), 65_000, 60_000, 50_000);
        assertThat(outcomes.all).as("no room for the third").containsExactly(SENT, SENT);
        server.sender().flush(outcomes);
        assertThat(outcomes.all).containsExactly(SENT, SENT, SENT);
        server.close();
        client.close();
    }

    @Test
    void equalRepliesGoJoinedAndComeJoinedAndAreTheSame() throws Exception {
        DatagramPort server = udp();
        BoundDescriptor client = SocketBinding.udp(new Endpoint.Udp("127.0.0.1", 0), OPTIONS);
        SystemCallMemory memory = SystemCallMemory.small();
        int descriptor = client.descriptor().number();
        boolean joins = SocketCalls.setOption(memory, descriptor, IntSocketOption.UDP_GRO, 1) == 0
                && SocketCalls.getOption(memory, descriptor, IntSocketOption.UDP_SEGMENT) >= 0;
        collect(server, client.address(), 100, 100, 100, 40, 100);
        server.sender().flush(outcomes);
        RecvmmsgBatch messages = new RecvmmsgBatch(1);
        PollDescriptors readable = new PollDescriptors(1);
        readable.set(0, descriptor, PollDescriptors.IN);
        assertThat(ReadinessWaitCalls.poll(memory, readable, 1, TIMEOUT_NANOS)).isEqualTo(1);
        assertThat(messages.receive(memory, descriptor)).isEqualTo(1);
        assertThat(messages.bytes(0)).isEqualTo(joins ? 340 : 100);
        assertThat(messages.segmentBytes(0)).isEqualTo(joins ? 100 : 0);
        client.close();
        DatagramPort ours = udp();
        collect(server, ours.address(), 100, 100, 100, 40, 100, 100, 50, 50, 50);
        server.sender().flush(outcomes);
        assertThat(received(ours, 9)).containsExactly(100, 100, 100, 40, 100, 100, 50, 50, 50);
        assertThat(outcomes.all).hasSize(14).containsOnly(SENT);
        ours.close();
        server.close();
    }

    @Test
    void joinedRepliesComeApartAtAReceiverWithoutTheOption() throws Exception {
        DatagramPort server = udp();
        try (DatagramChannel client = DatagramChannel.open()) {
            client.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            collect(server, client.getLocalAddress(), 1_000, 1_000, 1_000, 10);
            server.sender().flush(outcomes);
            ByteBuffer in = ByteBuffer.allocate(65_536);
            for (int expected : new int[]{1_000, 1_000, 1_000, 10}) {
                assertThat(client.receive(in.clear())).isEqualTo(server.address());
                assertThat(in.flip()).isEqualTo(datagram(expected));
            }
        }
        server.close();
    }

    @Test
    void whatCannotBeSentIsToldAndTheOthersAreSent() throws Exception {
        DatagramPort server = udp();
        DatagramPort client = udp();
        // A broadcast without the option is refused (EACCES), and so is port 0 (EINVAL).
        SocketAddress forbidden = new InetSocketAddress(InetAddress.getByName("255.255.255.255"), 9);
        SocketAddress nowhere = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        collect(server, client.address(), 1, 2);
        collect(server, forbidden, 30, 30, 30);
        collect(server, client.address(), 3, 65_520, 4);
        collect(server, nowhere, 5);
        collect(server, client.address(), 6, 6);
        server.sender().flush(outcomes);
        assertThat(received(client, 6)).containsExactly(1, 2, 3, 4, 6, 6);
        assertThat(outcomes.all).hasSize(11);
        assertThat(outcomes.all.subList(2, 5)).allMatch(why -> why.contains("EACCES"));
        assertThat(outcomes.all.get(6)).contains("EMSGSIZE");
        assertThat(outcomes.all.get(8)).contains("EINVAL");
        assertThat(outcomes.all.stream().filter(SENT::equals)).hasSize(6);
        server.close();
        client.close();
    }

    @Test
    void aFullUnixReceiverKeepsNothingFromOthers() throws Exception {
        String queue = Files.readString(Path.of("/proc/sys/net/unix/max_dgram_qlen")).strip();
        assumeTrue(Integer.parseInt(queue) < 30, "a receiver's queue takes " + queue + " datagrams here");
        DatagramPort server = unix("server");
        DatagramPort full = unix("full");
        DatagramPort gone = unix("gone");
        DatagramPort other = unix("other");
        gone.close();
        for (int i = 0; i < 40; i++) {
            collect(server, full.address(), i);
        }
        collect(server, gone.address(), 1);
        collect(server, other.address(), 2, 3);
        server.sender().flush(outcomes);
        List<Integer> taken = received(full, 3);
        assertThat(outcomes.all).hasSize(43);
        assertThat(taken).as("the first, and no more than the queue takes").isSorted().startsWith(0, 1, 2)
                .hasSizeLessThan(40);
        assertThat(outcomes.all.subList(0, 40).stream().filter(SENT::equals)).hasSameSizeAs(taken);
        assertThat(outcomes.all.get(39)).contains("no room");
        assertThat(outcomes.all.get(40)).contains("ENOENT");
        assertThat(received(other, 2)).containsExactly(2, 3);
        server.close();
        full.close();
        other.close();
    }

    @Test
    void nothingIsLostSilentlyWhenThePortIsClosed() throws Exception {
        DatagramPort server = udp();
        collect(server, server.address(), 1, 2);
        collect(server, server.address(), 70_000);
        assertThat(outcomes.all).hasSize(1).allMatch(why -> why.contains("longer than any"));
        server.close();
        server.sender().flush(outcomes);
        assertThat(outcomes.all).hasSize(3).doesNotContain(SENT);
    }

    @Test
    void everyAddressServesBothFamiliesInOneBatch() throws Exception {
        DatagramPort server = DescriptorSocketProvider.unlimited().bind(Endpoint.parse("udp://*:0"), OPTIONS);
        int port = ((InetSocketAddress) server.address()).getPort();
        DatagramPort four = udp();
        collect(four, new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 9, 9);
        four.sender().flush(outcomes);
        SocketAddress peer = receive(server, ByteBuffer.allocate(10));
        assertThat(peer).isEqualTo(four.address());
        assertThat(SocketAddresses.familyOf(peer)).isEqualTo(SocketAddresses.AF_INET);
        collect(server, peer, 5, 5, 1);
        // An equal address in another object must be written anew.
        collect(server, four.address(), 2);
        server.sender().flush(outcomes);
        assertThat(received(four, 4)).containsExactly(5, 5, 1, 2);
        server.close();
        four.close();
    }
}
