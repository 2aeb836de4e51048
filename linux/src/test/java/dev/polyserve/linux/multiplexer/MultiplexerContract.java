package dev.polyserve.linux.multiplexer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.io.Listener;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.io.PollableStream;
import dev.polyserve.io.SocketProvider;
import dev.polyserve.linux.socket.DescriptorSocketProvider;
import dev.polyserve.loop.Multiplexer;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.function.Executable;

/// The contract of multiplexers on which an event loop relies, for every implementation.
@EnabledOnOs(OS.LINUX)
@Timeout(30)
public abstract class MultiplexerContract {
    private static final long FOREVER = Long.MAX_VALUE;
    /// The time limit after which a missing notification counts as lost.
    private static final long LONG = 10_000_000_000L;
    private static final long A_WHILE = 2_000_000;
    private static final int READ = Multiplexer.READ;
    private static final int WRITE = Multiplexer.WRITE;

    private final Deque<Integer> told = new ArrayDeque<>();
    private Multiplexer multiplexer;
    private Listener listener;
    private SocketChannel client;
    private StreamSocket socket;

    /// Opens the multiplexer under test.
    protected abstract Multiplexer open() throws IOException;

    /// Returns the family of sockets that it watches.
    protected SocketProvider socketProvider() {
        return DescriptorSocketProvider.unlimited();
    }

    /// Returns the text by which its sockets report a reset.
    protected String reset() {
        return "ECONNRESET";
    }

    @BeforeEach
    void connect() throws IOException {
        multiplexer = open();
        listener = socketProvider().listen(Endpoint.parse("tcp://127.0.0.1:0"),
                Options.defaults().sockets());
        client = dial(listener.address());
        socket = accept();
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        socket.close(false);
        listener.close();
        multiplexer.close();
        multiplexer.wakeup();
    }

    private static SocketChannel dial(SocketAddress address) throws IOException {
        return SocketChannel.open(address);
    }

    private StreamSocket accept() throws IOException {
        StreamSocket accepted = Objects.requireNonNull(listener.accept(), "no connection waits");
        accepted.control().blocking(false);
        return accepted;
    }

    private void send(int bytes) throws IOException {
        client.write(ByteBuffer.allocate(bytes));
    }

    private int read(int atMost) throws IOException {
        return socket.read(ByteBuffer.allocate(atMost));
    }

    private void fill() throws IOException {
        ByteBuffer much = ByteBuffer.allocate(1 << 20);
        do {
            told.clear();
            while (socket.write(much.clear()) > 0) {
                // Until the socket accepts no more in this turn.
            }
            multiplexer.await(A_WHILE);
        } while (!told.isEmpty());
    }

    /// Makes the client read until the socket is writable again.
    private void empty() throws IOException {
        ByteBuffer in = ByteBuffer.allocate(1 << 20);
        while (told.isEmpty()) {
            if (client.read(in.clear()) < 0) {
                throw new AssertionError("the socket has ended");
            }
            multiplexer.await(0);
        }
    }

    private void assertTold(int readiness) throws IOException {
        multiplexer.await(LONG);
        assertThat(told).containsExactly(readiness);
        told.clear();
    }

    private void assertSilence() throws IOException {
        multiplexer.await(A_WHILE);
        assertThat(told).isEmpty();
    }

    @Test
    void tellsAgainWhatWasNotUsedUp() throws Exception {
        multiplexer.watch(socket.source(), READ, told::add);
        assertSilence();
        send(10);
        assertTold(READ);
        assertTold(READ);
        assertThat(read(4)).isEqualTo(4);
        assertTold(READ);
        assertThat(read(100)).isEqualTo(6);
        assertSilence();
        send(1);
        assertTold(READ);
        assertThat(read(1)).isEqualTo(1);
        assertThat(read(1)).isZero();
        assertSilence();
    }

    @Test
    void tellsOnlyWhatIsOfInterest() throws Exception {
        Multiplexer.Watch watch = multiplexer.watch(socket.source(), 0, told::add);
        send(10);
        assertSilence();
        multiplexer.change(watch, READ);
        assertTold(READ);
        multiplexer.change(watch, WRITE);
        assertTold(WRITE);
        multiplexer.change(watch, READ | WRITE);
        assertTold(READ | WRITE);
        multiplexer.change(watch, 0);
        assertSilence();
        multiplexer.change(watch, READ);
        multiplexer.change(watch, 0);
        assertSilence();
        multiplexer.change(watch, READ);
        assertTold(READ);
        assertThat(read(100)).isEqualTo(10);
        assertSilence();
    }

    /// As after a PROXY header, which the accept loop reads before the connection has its owner.
    @Test
    void watchesAgainWhatItHasForgotten() throws Exception {
        PollableStream source = socket.control().unowned().source();
        Multiplexer.Watch first = multiplexer.watch(source, READ, told::add);
        assertSilence();
        send(10);
        assertTold(READ);
        multiplexer.forget(first);
        Multiplexer.Watch second = multiplexer.watch(source, 0, told::add);
        multiplexer.change(second, READ);
        assertTold(READ);
        multiplexer.forget(second);
        multiplexer.forget(multiplexer.watch(source, READ, told::add));
        assertSilence();
        multiplexer.watch(source, READ, told::add);
        assertTold(READ);
    }

    @Test
    void tellsWhenThereIsRoomAgain() throws Exception {
        Multiplexer.Watch watch = multiplexer.watch(socket.source(), WRITE, told::add);
        assertTold(WRITE);
        fill();
        assertSilence();
        empty();
        assertThat(told.removeFirst()).isEqualTo(WRITE);
        fill();
        multiplexer.change(watch, READ);
        assertSilence();
    }

    @Test
    void tellsAPeersEndUntilThereIsNoInterest() throws Exception {
        Multiplexer.Watch watch = multiplexer.watch(socket.source(), READ, told::add);
        send(3);
        client.shutdownOutput();
        assertTold(READ);
        assertThat(read(100)).isEqualTo(3);
        assertTold(READ);
        assertThat(read(100)).isEqualTo(StreamSocket.END);
        multiplexer.change(watch, 0);
        assertSilence();
    }

    @Test
    void tellsAResetForWhateverIsOfInterestAndNothingWithoutInterest() throws Exception {
        Multiplexer.Watch watch = multiplexer.watch(socket.source(), 0, told::add);
        client.setOption(StandardSocketOptions.SO_LINGER, 0);
        client.close();
        for (int i = 0; i < 3; i++) {
            // The wait must not even return repeatedly without an event.
            long began = System.nanoTime();
            assertSilence();
            assertThat(System.nanoTime() - began >= A_WHILE || i == 0).isTrue();
        }
        multiplexer.change(watch, READ);
        assertTold(READ);
        multiplexer.change(watch, WRITE);
        assertTold(WRITE);
    }

    @Test
    void tellsAResetThatComesTogetherWithBytes() throws Exception {
        multiplexer.watch(socket.source(), READ, told::add);
        multiplexer.await(0);
        send(10);
        client.setOption(StandardSocketOptions.SO_LINGER, 0);
        client.close();
        assertTold(READ);
        assertThat(read(100)).isEqualTo(10);
        assertTold(READ);
        assertThatThrownBy(() -> read(100)).hasMessageContaining(reset());
    }

    @Test
    void tellsAListener() throws Exception {
        multiplexer.watch(listener, READ, told::add);
        assertSilence();
        try (SocketChannel second = dial(listener.address()); SocketChannel third = dial(listener.address())) {
            assertTold(READ);
            accept().close(false);
            assertTold(READ);
            accept().close(false);
            assertThat(listener.accept()).isNull();
            assertSilence();
            assertThat(second.isConnected() && third.isConnected()).isTrue();
        }
    }

    @Test
    void doesNotNotifyAWatchThatIsForgottenInTheSameTurn() throws Exception {
        try (SocketChannel otherClient = dial(listener.address())) {
            StreamSocket other = accept();
            Deque<Multiplexer.Watch> watches = new ArrayDeque<>();
            Multiplexer.Ready forgetsTheOther = readiness -> {
                told.add(readiness);
                multiplexer.forget(watches.removeFirst());
                multiplexer.forget(watches.removeFirst());
            };
            watches.add(multiplexer.watch(socket.source(), READ, forgetsTheOther));
            watches.add(multiplexer.watch(other.source(), READ, forgetsTheOther));
            send(1);
            otherClient.write(ByteBuffer.allocate(1));
            assertTold(READ);
            assertSilence();
            other.close(false);
        }
    }

    @Test
    void tellsTheNextOwnerOfANumberAndNotTheLast() throws Exception {
        Multiplexer.Watch watch = multiplexer.watch(socket.source(), READ, _ -> told.add(-1));
        send(1);
        multiplexer.forget(watch);
        socket.close(false);
        try (SocketChannel otherClient = dial(listener.address())) {
            StreamSocket other = accept();
            multiplexer.watch(other.source(), READ, told::add);
            assertSilence();
            multiplexer.change(watch, WRITE);
            multiplexer.forget(watch);
            assertSilence();
            otherClient.write(ByteBuffer.allocate(1));
            assertTold(READ);
            other.close(false);
        }
    }

    @Test
    void carriesOnWhenOneThrows() throws Exception {
        Deque<String> thrown = new ArrayDeque<>();
        multiplexer.watch(socket.source(), READ, _ -> {
            throw new IllegalStateException("thrown by a source");
        });
        send(1);
        for (int i = 0; i < 2; i++) {
            try {
                multiplexer.await(LONG);
            } catch (IllegalStateException e) {
                thrown.add(String.valueOf(e.getMessage()));
            }
        }
        assertThat(thrown).containsExactly("thrown by a source", "thrown by a source");
    }

    @Test
    void isWokenByAnotherThreadBeforeAndWhileItWaits() throws Exception {
        multiplexer.wakeup();
        multiplexer.wakeup();
        multiplexer.await(FOREVER);
        for (int i = 0; i < 50; i++) {
            CountDownLatch waits = new CountDownLatch(1);
            Thread waker = Thread.ofPlatform().start(() -> {
                try {
                    waits.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                multiplexer.wakeup();
            });
            waits.countDown();
            multiplexer.await(FOREVER);
            waker.join();
        }
        multiplexer.await(0);
        long began = System.nanoTime();
        multiplexer.await(A_WHILE);
        assertThat(System.nanoTime() - began).as("no wake-up is left").isGreaterThanOrEqualTo(A_WHILE);
    }

    @Test
    void isOwnedByTheThreadThatWaits() throws Exception {
        Multiplexer.Watch watch = multiplexer.watch(socket.source(), READ, told::add);
        multiplexer.await(0);
        assertRefused(() -> multiplexer.await(0));
        assertRefused(() -> multiplexer.watch(socket.source(), READ, told::add));
        assertRefused(() -> multiplexer.change(watch, WRITE));
        assertRefused(() -> multiplexer.forget(watch));
        multiplexer.forget(watch);
    }

    private static void assertRefused(Executable call) throws InterruptedException {
        var thrown = new CompletableFuture<Throwable>();
        Thread.ofPlatform().start(() -> thrown.complete(catchThrowable(call::execute))).join();
        assertThat(thrown.join()).isInstanceOf(AssertionError.class).hasMessageContaining(" is owned by ");
    }

    @Test
    void watchesMoreThanItHasRoomForAtFirst() throws Exception {
        Deque<SocketChannel> clients = new ArrayDeque<>();
        Deque<StreamSocket> sockets = new ArrayDeque<>();
        Deque<Multiplexer.Watch> watches = new ArrayDeque<>();
        for (int i = 0; i < 200; i++) {
            clients.add(dial(listener.address()));
            sockets.add(accept());
            watches.add(multiplexer.watch(sockets.getLast().source(), READ, told::add));
            if (i % 3 == 0) {
                multiplexer.forget(watches.removeFirst());
                sockets.removeFirst().close(false);
                clients.removeFirst().close();
            }
        }
        for (SocketChannel each : clients) {
            each.write(ByteBuffer.allocate(1));
        }
        multiplexer.await(LONG);
        while (told.size() < watches.size()) {
            told.clear();
            multiplexer.await(LONG);
        }
        assertThat(told).hasSize(watches.size()).containsOnly(READ);
        for (StreamSocket each : sockets) {
            multiplexer.forget(watches.removeFirst());
            each.close(false);
        }
        told.clear();
        assertSilence();
        for (SocketChannel each : clients) {
            each.close();
        }
    }
}
