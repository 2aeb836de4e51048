package dev.polyserve.linux.multiplexer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.conversation.BufferBudget;
import dev.polyserve.io.Listener;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.io.SocketProvider;
import dev.polyserve.linux.ring.RingMultiplexer;
import dev.polyserve.linux.ring.RingProbe;
import dev.polyserve.linux.ring.RingSocketProvider;
import dev.polyserve.linux.socket.DescriptorSocketProvider;
import dev.polyserve.linux.socket.ReceivedConnectionsListener;
import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.DescriptorMessage;
import dev.polyserve.linux.system.DescriptorCalls;
import dev.polyserve.linux.system.SocketAddresses;
import dev.polyserve.linux.system.SocketCalls;
import dev.polyserve.loop.Multiplexer;
import java.io.IOException;
import java.net.Socket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Checks that readiness left by a call is reported again, even where the system cut the call short, and that used-up
/// readiness is not.
@EnabledOnOs(OS.LINUX)
@Timeout(30)
class RemainingReadinessTest {
    private static final long LONG = 10_000_000_000L;
    private static final long A_WHILE = 2_000_000;

    private final SystemCallMemory memory = SystemCallMemory.small();
    private final Deque<Integer> told = new ArrayDeque<>();

    @TempDir
    private Path directory;

    /// A multiplexer, and the family of sockets that it watches.
    record Kind(String name, Opening opening, SocketProvider socketProvider) {
        @Override
        public String toString() {
            return name;
        }
    }

    @FunctionalInterface
    interface Opening {
        Multiplexer open() throws IOException;
    }

    static Stream<Kind> kinds() {
        SocketProvider descriptors = DescriptorSocketProvider.unlimited();
        return Stream.of(new Kind("polling", () -> new PollingMultiplexer(Duration.ZERO), descriptors),
                new Kind("select", SelectMultiplexer::new, descriptors),
                new Kind("poll", PollMultiplexer::new, descriptors),
                new Kind("epoll", EpollMultiplexer::new, descriptors),
                new Kind("epoll-et", EdgeTriggeredMultiplexer::new, descriptors),
                new Kind("io_uring", () -> RingMultiplexer.open(new BufferBudget(Long.MAX_VALUE), false),
                        new RingSocketProvider()));
    }

    private static Multiplexer open(Kind kind) throws IOException {
        assumeTrue(!kind.name.equals("io_uring") || RingProbe.whyNot().isEmpty(), "no ring on this machine");
        return kind.opening.open();
    }

    private static Listener listen(Kind kind, String endpoint) throws IOException {
        return kind.socketProvider.listen(Endpoint.parse(endpoint), Options.defaults().sockets());
    }

    private static StreamSocket accept(Listener listener) throws IOException {
        StreamSocket accepted = Objects.requireNonNull(listener.accept(), "no connection waits");
        accepted.control().blocking(false);
        return accepted;
    }

    private String readAll(Multiplexer multiplexer, StreamSocket socket, int bytes) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(100);
        while (all.position() < bytes) {
            multiplexer.await(LONG);
            assertThat(told).as("told after " + all.position() + " bytes").containsExactly(Multiplexer.READ);
            told.clear();
            socket.read(all);
        }
        multiplexer.await(A_WHILE);
        while (!told.isEmpty()) {
            told.clear();
            assertThat(socket.read(all)).as("a short read may be asked again once, in vain").isZero();
            multiplexer.await(A_WHILE);
        }
        return StandardCharsets.US_ASCII.decode(all.flip()).toString();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void bytesThatFollowUrgentData(Kind kind) throws Exception {
        try (Multiplexer multiplexer = open(kind); Socket client = new Socket()) {
            Listener listener = listen(kind, "tcp://127.0.0.1:0");
            client.connect((InetSocketAddress) listener.address());
            client.setTcpNoDelay(true);
            StreamSocket socket = accept(listener);
            multiplexer.watch(socket.source(), Multiplexer.READ, told::add);
            multiplexer.await(0);
            for (int round = 0; round < 3; round++) {
                client.getOutputStream().write(bytes("abc"));
                client.sendUrgentData('X');
                client.getOutputStream().write(bytes("def"));
                assertThat(readAll(multiplexer, socket, 6)).isEqualTo("abcdef");
            }
            socket.close(false);
            listener.close();
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void bytesThatFollowDescriptors(Kind kind) throws Exception {
        try (Multiplexer multiplexer = open(kind)) {
            Listener listener = listen(kind, "unix:" + directory.resolve("socket"));
            int client = SocketCalls.socket(memory, SocketAddresses.AF_UNIX, SocketCalls.STREAM);
            assertThat(SocketCalls.connect(memory, client, SocketAddresses.AF_UNIX, listener.address())).isZero();
            StreamSocket socket = accept(listener);
            multiplexer.watch(socket.source(), Multiplexer.READ, told::add);
            multiplexer.await(0);
            var message = new DescriptorMessage();
            for (int round = 0; round < 3; round++) {
                assertThat(message.send(memory, client, ByteBuffer.wrap(bytes("abc")), client)).isEqualTo(3);
                assertThat(message.send(memory, client, ByteBuffer.wrap(bytes("def")))).isEqualTo(3);
                assertThat(readAll(multiplexer, socket, 6)).isEqualTo("abcdef");
            }
            assertThat(DescriptorCalls.close(memory, client)).isZero();
            socket.close(false);
            listener.close();
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void connectionsThatAreHandedOver(Kind kind) throws Exception {
        try (Multiplexer multiplexer = open(kind)) {
            ReceivedConnectionsListener listener = ReceivedConnectionsListener.open(Endpoint.parse("tcp://127.0.0.1:0"),
                    new InetSocketAddress(0),
                    () -> {
                    });
            multiplexer.watch(listener, Multiplexer.READ, told::add);
            for (int round = 0; round < 2; round++) {
                long pair = SocketCalls.socketPair(memory, SocketCalls.STREAM);
                listener.take((int) pair);
                listener.take((int) (pair >>> Integer.SIZE));
                multiplexer.await(LONG);
                Objects.requireNonNull(listener.accept()).close(false);
                multiplexer.await(LONG);
                assertThat(told).containsExactly(Multiplexer.READ, Multiplexer.READ);
                Objects.requireNonNull(listener.accept()).close(false);
                assertThat(listener.accept()).isNull();
                told.clear();
                multiplexer.await(A_WHILE);
                assertThat(told).as("told though none waits").isEmpty();
            }
            listener.close();
        }
    }
}
