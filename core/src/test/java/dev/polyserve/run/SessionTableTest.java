package dev.polyserve.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.conversation.AddressPair;
import dev.polyserve.conversation.BufferBudget;
import dev.polyserve.io.DatagramQueuePool;
import dev.polyserve.io.DatagramSender;
import dev.polyserve.io.DatagramSession;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SessionTableTest {
    private static final SocketAddress HERE = new InetSocketAddress("127.0.0.1", 53);
    private static final SocketAddress THERE = new InetSocketAddress("127.0.0.2", 53);

    private final SessionTable table = new SessionTable();

    private static DatagramSession session(SocketAddress peer, SocketAddress from, SocketAddress to) {
        return DatagramSession.of(AddressPair.of(peer, to), from, to, new NoSender(), new NoSender(),
                new DatagramQueuePool(new BufferBudget(1)), 1);
    }

    private static DatagramSession session(SocketAddress peer, SocketAddress to) {
        return session(peer, peer, to);
    }

    @Test
    void findsEachOfManySessions() {
        List<DatagramSession> all = new ArrayList<>();
        for (int i = 1; i <= 5_000; i++) {
            DatagramSession session = session(new InetSocketAddress("127.0.0.1", i), HERE);
            all.add(session);
            table.add(session);
        }
        for (int i = 0; i < all.size(); i++) {
            SocketAddress equal = new InetSocketAddress("127.0.0.1", i + 1);
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
