package dev.polyserve.linux.ring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.conversation.BufferBudget;
import dev.polyserve.io.DatagramPort;
import dev.polyserve.io.DatagramSender;
import dev.polyserve.linux.socket.DescriptorSocketProvider;
import dev.polyserve.loop.Multiplexer;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Checks that a ring receives datagrams as they were sent.
@Timeout(60)
class RingDatagramPortTest {
    private static final Options.Sockets OPTIONS = Options.defaults().sockets();
    private static final long A_WHILE = 1_000_000;
    private static final int MOST_BYTES = 64 << 10;

    private final List<Integer> lengths = new ArrayList<>();
    private final List<SocketAddress> senders = new ArrayList<>();
    private RingMultiplexer multiplexer;

    @TempDir
    private Path directory;

    @BeforeAll
    static void needsRings() {
        Requirements.ring();
    }

    @BeforeEach
    void open() throws IOException {
        multiplexer = RingMultiplexer.open(new BufferBudget(Long.MAX_VALUE), false);
    }

    @AfterEach
    void close() throws IOException {
        multiplexer.close();
    }

    private static DatagramPort bound(String endpoint) throws IOException {
        return new RingSocketProvider().bind(Endpoint.parse(endpoint), OPTIONS);
    }

    /// Returns a datagram recognisable by its length and its beginning.
    private static ByteBuffer datagram(int bytes) {
        ByteBuffer datagram = ByteBuffer.allocate(bytes);
        for (int i = 0; i < bytes; i++) {
            datagram.put(i, (byte) (bytes + i));
        }
        return datagram;
    }

    private void receiveAll(DatagramPort port) {
        ByteBuffer in = ByteBuffer.allocate(MOST_BYTES);
        try {
            for (SocketAddress sender; (sender = port.receive(in.clear())) != null;) {
                in.flip();
                assertThat(in).isEqualTo(datagram(in.remaining()));
                lengths.add(in.remaining());
                senders.add(sender);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void awaitReceived(int count) throws IOException {
        long began = System.nanoTime();
        while (lengths.size() < count && System.nanoTime() - began < 20_000_000_000L) {
            multiplexer.await(A_WHILE);
        }
        assertThat(lengths).hasSize(count);
    }

    @Test
    void comeWholeAndInOrderMoreThanThereAreBuffersFor() throws Exception {
        DatagramPort server = bound("udp://127.0.0.1:0");
        Multiplexer.Watch watch = multiplexer.watch(server, Multiplexer.READ, _ -> receiveAll(server));
        multiplexer.await(0);
        List<Integer> sent = new ArrayList<>();
        try (DatagramChannel client = DatagramChannel.open()) {
            client.bind(null);
            for (int i = 0; i < 100; i++) {
                int bytes = i == 50 ? 65_507 : i % 7 * 100;
                client.send(datagram(bytes), server.address());
                sent.add(bytes);
            }
            awaitReceived(sent.size());
            assertThat(lengths).isEqualTo(sent);
            assertThat(senders.getFirst().toString()).contains("127.0.0.1");
        }
        multiplexer.forget(watch);
        server.close();
    }

    @Test
    void thoseThatComeJoinedAreHandedOutOneByOne() throws Exception {
        DatagramPort server = bound("udp://127.0.0.1:0");
        DatagramPort client = DescriptorSocketProvider.unlimited().bind(Endpoint.parse("udp://127.0.0.1:0"), OPTIONS);
        Multiplexer.Watch watch = multiplexer.watch(server, Multiplexer.READ, _ -> receiveAll(server));
        multiplexer.await(0);
        for (int length : new int[]{300, 300, 300, 120}) {
            client.sender().collect(datagram(length), server.address(), client.address(), Ignored.HERE);
        }
        client.sender().flush(Ignored.HERE);
        awaitReceived(4);
        assertThat(lengths).containsExactly(300, 300, 300, 120);
        assertThat(senders).containsOnly(client.address());
        multiplexer.forget(watch);
        server.close();
        client.close();
    }

    @Test
    void ofUnixAreAnsweredAndWaitWhileThereIsNoInterest() throws Exception {
        DatagramPort server = bound("unixgram:" + directory.resolve("server"));
        DatagramPort client = DescriptorSocketProvider.unlimited()
                .bind(Endpoint.parse("unixgram:" + directory.resolve("client")), OPTIONS);
        Multiplexer.Watch watch = multiplexer.watch(server, 0, _ -> receiveAll(server));
        assertThat(client.sender().send(datagram(10), server.address(), client.address())).isTrue();
        multiplexer.await(A_WHILE);
        assertThat(lengths).isEmpty();
        multiplexer.change(watch, Multiplexer.READ);
        awaitReceived(1);
        multiplexer.change(watch, 0);
        multiplexer.await(A_WHILE);
        assertThat(client.sender().send(datagram(20), server.address(), client.address())).isTrue();
        multiplexer.await(A_WHILE);
        multiplexer.change(watch, Multiplexer.READ);
        awaitReceived(2);
        assertThat(server.sender().send(datagram(30), senders.getLast(), server.address())).isTrue();
        ByteBuffer in = ByteBuffer.allocate(100);
        assertThat(Objects.requireNonNull(client.receive(in))).isEqualTo(server.address());
        assertThat(in.position()).isEqualTo(30);
        multiplexer.forget(watch);
        server.close();
        client.close();
    }

    /// Discards the outcomes of sends that must succeed.
    private enum Ignored implements DatagramSender.Outcome {
        HERE;

        @Override
        public void sent() {
            // Expected.
        }

        @Override
        public void failed(SocketAddress to, IOException why) {
            throw new AssertionError(why);
        }
    }
}
