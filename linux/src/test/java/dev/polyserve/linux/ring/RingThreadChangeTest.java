package dev.polyserve.linux.ring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.conversation.BufferBudget;
import dev.polyserve.io.DatagramPort;
import dev.polyserve.io.Listener;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.linux.socket.Wakeup;
import dev.polyserve.linux.system.SystemCallMemoryPool;
import dev.polyserve.linux.system.PollDescriptors;
import dev.polyserve.loop.Multiplexer;
import dev.polyserve.loop.MultiplexerOwner;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Another thread goes on with the operations that the first thread of a ring has submitted.
@Timeout(60)
class RingThreadChangeTest {
    private static final long A_WHILE_NANOS = 1_000_000;
    private static final long LONG_NANOS = 30_000_000_000L;
    private static final int WAIT_MILLIS = 15_000;
    private static final int EXCHANGES = 3_000;

    private final SystemCallMemoryPool memories = new SystemCallMemoryPool();
    private final ByteBuffer received = ByteBuffer.allocate(100);
    private IoUringInstance ring;
    private ReceiveBuffers buffers;
    private SendArena arena;
    private Wakeup wakeup;
    private RingOperations operations;
    private RingListener listener;
    private RingSocket socket;
    private RingDatagramPort port;
    private SocketChannel client;
    private int accepted;
    private int datagrams;
    private final List<StreamSocket> echoes = new ArrayList<>();

    @BeforeAll
    static void needsRings() {
        Requirements.ring();
    }

    @BeforeEach
    void open() throws IOException {
        ring = IoUringInstance.open(64, true);
        buffers = ReceiveBuffers.forConnections(ring);
        arena = SendArena.open();
        wakeup = new Wakeup(memories);
        operations = new RingOperations(ring, buffers, arena, new BufferBudget(1 << 20), new MultiplexerOwner("ring"));
        Listener opened = new RingSocketProvider().listen(Endpoint.parse("tcp://127.0.0.1:0"),
                Options.defaults().sockets());
        listener = (RingListener) opened;
        client = SocketChannel.open(listener.address());
        socket = (RingSocket) Objects.requireNonNull(listener.accept());
        socket.control().blocking(false);
        DatagramPort bound = new RingSocketProvider().bind(Endpoint.parse("udp://127.0.0.1:0"),
                Options.defaults().sockets());
        port = (RingDatagramPort) bound;
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        socket.close(false);
        operations.end();
        listener.close();
        port.close();
        ring.close();
        arena.unmap();
        buffers.unmap();
        wakeup.close();
    }

    /// Submits the operations that a loop has while it waits: an accept, two receives and the poll of the wake-up.
    private void submitAll() throws IOException {
        operations.submittedBy(Thread.currentThread());
        listener.joins(operations);
        listener.watchedBy(_ -> takeAccepted(), Multiplexer.READ);
        socket.joins(operations, memories);
        socket.watchedBy(_ -> read(), Multiplexer.READ);
        port.joins(operations, memories);
        port.watchedBy(_ -> receive(), Multiplexer.READ);
        turn();
    }

    private void turn() throws IOException {
        operations.submittedBy(Thread.currentThread());
        operations.pollWakeup(wakeup.descriptor(), PollDescriptors.IN);
        operations.turn(A_WHILE_NANOS);
        operations.tellReady();
    }

    private void takeAccepted() {
        try {
            StreamSocket taken = listener.accept();
            if (taken != null) {
                accepted++;
                taken.close(false);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// Accepts a connection, and echoes what it sends.
    private void serve() {
        try {
            StreamSocket served = Objects.requireNonNull(listener.accept());
            served.control().blocking(false);
            echoes.add(served);
            RingSocket echoed = (RingSocket) served;
            echoed.joins(operations, memories);
            echoed.watchedBy(_ -> echo(echoed), Multiplexer.READ);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void echo(RingSocket echoed) {
        ByteBuffer bytes = ByteBuffer.allocate(100);
        try {
            if (echoed.read(bytes) < 0) {
                echoed.unwatched();
            }
            echoed.write(bytes.flip());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void exchangeAroundUrgentData(SocketAddress server) throws IOException {
        try (Socket sender = new Socket()) {
            sender.connect(server);
            sender.setTcpNoDelay(true);
            sender.setSoTimeout(WAIT_MILLIS);
            for (int exchange = 0; exchange < EXCHANGES; exchange++) {
                sender.getOutputStream().write("abc".getBytes(StandardCharsets.US_ASCII));
                sender.sendUrgentData('X');
                sender.getOutputStream().write("def".getBytes(StandardCharsets.US_ASCII));
                byte[] answer = sender.getInputStream().readNBytes(6);
                assertThat(new String(answer, StandardCharsets.US_ASCII)).isEqualTo("abcdef");
            }
        }
    }

    private void read() {
        try {
            socket.read(received);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void receive() {
        try {
            while (port.receive(ByteBuffer.allocate(100)) != null) {
                datagrams++;
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void turnUntil(BooleanSupplier done) throws IOException {
        long end = System.nanoTime() + LONG_NANOS;
        while (!done.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as("waited too long").isNegative();
            turn();
        }
    }

    private void send(String text) throws IOException {
        client.write(StandardCharsets.US_ASCII.encode(text));
    }

    private String received() {
        return new String(received.array(), 0, received.position(), StandardCharsets.US_ASCII);
    }

    private void assertGoesOnHere() throws IOException {
        send("first ");
        turnUntil(() -> received().equals("first "));
        turnUntil(() -> !socket.isToMove());
        send("second");
        turnUntil(() -> received().equals("first second"));
        try (SocketChannel another = SocketChannel.open(listener.address())) {
            assertThat(another.isConnected()).isTrue();
            turnUntil(() -> accepted == 1);
        }
        turnUntil(() -> !listener.isToMove());
        assertDatagramsGoOnHere();
        wakeup.signal();
        long begun = System.nanoTime();
        operations.turn(LONG_NANOS);
        assertThat(System.nanoTime() - begun).as("woken").isLessThan(LONG_NANOS);
    }

    private void assertDatagramsGoOnHere() throws IOException {
        try (DatagramChannel sender = DatagramChannel.open()) {
            sender.send(ByteBuffer.allocate(10), port.address());
            turnUntil(() -> datagrams == 1);
            turnUntil(() -> !port.isToMove());
            sender.send(ByteBuffer.allocate(10), port.address());
            turnUntil(() -> datagrams == 2);
        }
    }

    /// The kernel gives up a receive at urgent data while it announces another completion, at about one of thirty.
    @Test
    void whatFollowsUrgentDataIsReadThoughNoCompletionTellsOfIt() throws Exception {
        FutureTask<Void> exchanges = new FutureTask<>(() -> {
            exchangeAroundUrgentData(listener.address());
            return null;
        });
        submitAll();
        listener.watchedBy(_ -> serve(), Multiplexer.READ);
        Thread sender = Thread.ofPlatform().start(exchanges);
        turnUntil(exchanges::isDone);
        exchanges.get();
        sender.join();
        for (StreamSocket served : echoes) {
            served.close(false);
        }
    }

    @Test
    void afterItsFirstThreadHasEnded() throws Exception {
        FutureTask<Void> submission = new FutureTask<>(() -> {
            submitAll();
            return null;
        });
        Thread first = Thread.ofPlatform().start(submission);
        submission.get();
        first.join();
        assertGoesOnHere();
    }

    /// The kernel completes the first thread's operations in that thread, which makes no system call.
    @Test
    void whileItsFirstThreadComputes() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        CountDownLatch submitted = new CountDownLatch(1);
        FutureTask<Void> computation = new FutureTask<>(() -> {
            submitAll();
            submitted.countDown();
            while (released.getCount() > 0) {
                Thread.onSpinWait();
            }
            return null;
        });
        Thread first = Thread.ofPlatform().start(computation);
        submitted.await();
        try {
            assertGoesOnHere();
        } finally {
            released.countDown();
        }
        computation.get();
        first.join();
    }
}
