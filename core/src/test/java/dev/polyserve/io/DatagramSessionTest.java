package dev.polyserve.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.polyserve.conversation.AddressPair;
import dev.polyserve.conversation.BufferBudget;
import dev.polyserve.conversation.BufferPool;
import dev.polyserve.conversation.InputBuffer;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.conversation.Wire;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class DatagramSessionTest implements DatagramSender, DatagramSender.Outcome {
    private static final InetSocketAddress PEER = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 4711);
    private static final InetSocketAddress HERE = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 53);
    private static final int ROUNDS = 20_000;
    /// A tenth of a byte for each.
    private static final long UNRELATED_BYTES = 2_000;
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(15);

    private final BufferBudget budget = new BufferBudget(1 << 20);
    private final List<String> outcomes = new ArrayList<>();
    private boolean hasRoom = true;
    private @Nullable IOException refusal;

    @Override
    public boolean send(ByteBuffer bytes, SocketAddress to, SocketAddress from) throws IOException {
        if (refusal != null) {
            throw refusal;
        }
        return hasRoom;
    }

    @Override
    public void sent() {
        outcomes.add("sent");
    }

    @Override
    public void failed(SocketAddress to, IOException why) {
        outcomes.add("failed");
    }

    private DatagramSession session(SocketAddress peer) {
        return DatagramSession.of(AddressPair.of(peer, HERE), peer, HERE, this, this,
                new ReceivedDatagramQueuePool(budget), 64 << 10);
    }

    private static ByteBuffer datagram(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static InputBuffer input() {
        return new InputBuffer(BufferPool.UNPOOLED, 1 << 20, 1 << 16);
    }

    @Test
    void leavesWhatWasNotReadToTheNextSession() {
        DatagramSession session = session(PEER);
        for (String text : List.of("a", "bc", "def")) {
            assertThat(session.offer(datagram(text))).isNull();
        }
        session.take(ByteBuffer.allocate(1));
        session.close();
        assertThat(session.offer(datagram("ghij"))).as("though it is closed").isNull();
        DatagramSession next = session.takeLeft().orElseThrow();
        assertThat(next.nextBytes()).isEqualTo(2);
        DatagramSession unread = next.takeLeft().orElseThrow();
        assertThat(unread.nextBytes()).as("without the one that it began with").isEqualTo(3);
        unread.dropAll();
        assertThat(unread.takeLeft()).isEmpty();
        assertThat(budget.used()).isZero();
    }

    @Test
    void dropsWhatTheSystemDoesNotTake() throws Exception {
        DatagramSession session = session(PEER);
        session.send(datagram("a"));
        hasRoom = false;
        ByteBuffer dropped = datagram("b");
        session.send(dropped);
        assertThat(dropped.hasRemaining()).isFalse();
        refusal = new IOException("network unreachable");
        session.send(datagram("c"));
        assertThat(outcomes).containsExactly("sent", "failed", "failed");
        session.close();
        assertThatThrownBy(() -> session.send(datagram("d"))).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void losesAUnixPeerThatIsGone() {
        DatagramSession session = session(UnixDomainSocketAddress.of("/tmp/gone"));
        refusal = new IOException("connection refused");
        assertThatThrownBy(() -> session.send(datagram("a"))).isSameAs(refusal);
    }

    @Test
    void aReadWaitsForADatagramOrItsTime() throws Exception {
        DatagramSession session = session(PEER);
        DatagramSessionWire wire = new DatagramSessionWire(session);
        InputBuffer input = input();
        assertThat(wire.read(input, TimeUnit.MILLISECONDS.toNanos(1))).isEqualTo(Wire.TIMED_OUT);
        Thread peer = Thread.startVirtualThread(() -> session.offer(datagram("abc")));
        assertThat(wire.read(input, ServerContext.FOREVER_NANOS)).isEqualTo(3);
        assertThat(peer.join(Duration.ofSeconds(10))).isTrue();
        assertThat(input.ended()).as("the input ends with the datagram").isTrue();
        Thread stop = Thread.startVirtualThread(wire::cutInput);
        assertThat(wire.read(input(), ServerContext.FOREVER_NANOS)).isEqualTo(Wire.END);
        assertThat(stop.join(Duration.ofSeconds(10))).isTrue();
    }

    /// From the port to the handler.
    @Test
    void aDatagramTakesNoMemory() throws Exception {
        DatagramSession session = session(PEER);
        DatagramSessionWire wire = new DatagramSessionWire(session);
        InputBuffer input = input();
        ByteBuffer datagram = ByteBuffer.allocate(64);
        byte[] read = new byte[64];
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long began = System.nanoTime();
        long allocated;
        do { // until the code is compiled: before, objects are allocated that are later removed
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < ROUNDS; i++) {
                session.offer(datagram.clear());
                int count = wire.read(input, ServerContext.FOREVER_NANOS);
                input.read(read, 0, count);
            }
            allocated = threads.getCurrentThreadAllocatedBytes() - before;
        } while (allocated > UNRELATED_BYTES && System.nanoTime() - began < MOST_NANOS);
        assertThat(allocated).isLessThanOrEqualTo(UNRELATED_BYTES);
    }
}
