package dev.polyserve.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.conversation.AddressPair;
import dev.polyserve.conversation.BufferBudget;
import dev.polyserve.io.ReceivedDatagramQueuePool;
import dev.polyserve.io.DatagramSender;
import dev.polyserve.io.DatagramSession;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DatagramSessionTableTest {
    private static final SocketAddress HERE = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 53);
    private static final SocketAddress THERE = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), 53);

    private final DatagramSessionTable table = new DatagramSessionTable();

    private static DatagramSession session(SocketAddress peer, SocketAddress from, SocketAddress to) {
        return DatagramSession.of(AddressPair.of(peer, to), from, to, new NoSender(), new NoSender(),
                new ReceivedDatagramQueuePool(new BufferBudget(1)), 1);
    }

    private static DatagramSession session(SocketAddress peer, SocketAddress to) {
        return session(peer, peer, to);
    }

    @Test
    void findsEachOfManySessions() {
        List<DatagramSession> all = new ArrayList<>();
        for (int i = 1; i <= 5_000; i++) {
            DatagramSession session = session(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), i), HERE);
            all.add(session);
            table.add(session);
        }
        for (int i = 0; i < all.size(); i++) {
            SocketAddress equal = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), i + 1);
            assertThat(table.find(equal, equal, HERE)).isSameAs(all.get(i));
            assertThat(table.remove(all.get(i))).isTrue();
            assertThat(table.find(equal, equal, HERE)).isNull();
        }
        assertThat(table.size()).isZero();
        assertThat(table.remove(all.getFirst())).isFalse();
    }

    /// A port of every address, and load balancers that send for several clients.
    @Test
    void tellsAllAddressesOfADatagramApart() {
        SocketAddress peer = new InetSocketAddress("10.0.0.1", 1);
        SocketAddress balancer = new InetSocketAddress("10.0.0.2", 2);
        List<DatagramSession> all = List.of(session(peer, HERE), session(peer, THERE), session(peer, balancer, HERE));
        all.forEach(table::add);
        assertThat(table.find(peer, peer, HERE)).isSameAs(all.get(0));
        assertThat(table.find(peer, peer, THERE)).isSameAs(all.get(1));
        assertThat(table.find(peer, balancer, HERE)).isSameAs(all.get(2));
        assertThat(table.find(peer, balancer, THERE)).isNull();
    }

    @Test
    void findsUnixPeers() {
        SocketAddress peer = UnixDomainSocketAddress.of("/tmp/peer");
        DatagramSession session = session(peer, HERE);
        table.add(session);
        SocketAddress equal = UnixDomainSocketAddress.of("/tmp/peer");
        assertThat(table.find(equal, equal, HERE)).isSameAs(session);
    }

    /// An address of one /64 network; the sum of its four words, and so its `hashCode()`, is the same for each number
    /// below 4096.
    private static SocketAddress sameHashCode(int number) throws UnknownHostException {
        int word = ((number >> 6) << 8) | (number & 0x3f); // no byte is negative, nor one of the difference
        byte[] bytes = ByteBuffer.allocate(16).putInt(0x20010db8).putInt(1).putInt(word).putInt(0x7f7f - word).array();
        return new InetSocketAddress(InetAddress.getByAddress(bytes), 53);
    }

    @Test
    void spreadsAddressesWithTheSameHashCode() throws UnknownHostException {
        int count = 4096;
        PeerHash hash = new PeerHash();
        Set<Integer> hashCodes = new HashSet<>();
        Set<Integer> places = new HashSet<>();
        for (int i = 0; i < count; i++) {
            SocketAddress peer = sameHashCode(i);
            hashCodes.add(peer.hashCode());
            places.add(hash.of(peer) & (count - 1));
            assertThat(hash.of(sameHashCode(i))).isEqualTo(hash.of(peer));
        }
        assertThat(hashCodes).hasSize(1);
        assertThat(places).as("different places of %d", count).hasSizeGreaterThan(count / 2);
    }

    @Test
    void findsAddressesWithTheSameHashCode() throws UnknownHostException {
        List<DatagramSession> all = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            all.add(session(sameHashCode(i), HERE));
            table.add(all.get(i));
        }
        for (int i = 0; i < all.size(); i++) {
            SocketAddress equal = sameHashCode(i);
            assertThat(table.find(equal, equal, HERE)).isSameAs(all.get(i));
            assertThat(table.remove(all.get(i))).isTrue();
        }
        assertThat(table.size()).isZero();
    }

    private static final class NoSender implements DatagramSender, DatagramSender.Outcome {
        @Override
        public boolean send(ByteBuffer bytes, SocketAddress to, SocketAddress from) {
            return false;
        }

        @Override
        public void sent() {
            throw new AssertionError("nothing is sent");
        }

        @Override
        public void failed(SocketAddress to, IOException why) {
            throw new AssertionError("nothing is sent");
        }
    }
}
