package dev.polyserve.linux.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.polyserve.io.StreamSocket;
import dev.polyserve.loop.Multiplexer;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/// Checks connections on a ring that is too small, too slow or too full.
@Timeout(60)
class RingSocketTest extends RingConnections {
    private static final long MUCH_LATER_NANOS = 10_000_000_000L;

    /// The queue of submissions is full before the wait, and the wake-up completes with those that are submitted early.
    @Test
    void aWakeupDuringTheSubmissionsEndsTheWait() throws Exception {
        multiplexer.await(0);
        multiplexer.await(0);
        for (int i = 0; i < 3 * SMALL_RING; i++) {
            var _ = new Pair(READ);
        }
        multiplexer.wakeup();
        long begun = System.nanoTime();
        multiplexer.await(MUCH_LATER_NANOS);
        assertThat(System.nanoTime() - begun).isLessThan(MUCH_LATER_NANOS);
    }

    @Test
    void sendsAllToAPeerThatTakesLittleAtATime() throws Exception {
        Pair pair = new Pair(WRITE);
        pair.client.configureBlocking(false);
        ByteBuffer in = ByteBuffer.allocate(5000);
        int written = 0;
        int read = 0;
        int refused = 0;
        // The kernel takes up to tcp_wmem, and remembers of earlier connections how much it may.
        while (written < MUCH || refused == 0 || read < written) {
            if (written < MUCH || refused == 0) {
                int count = pair.socket.write(pattern(written, 100_000));
                written += count;
                refused += count == 0 ? 1 : 0;
            }
            multiplexer.await(0);
            if (pair.client.read(in.clear()) > 0) {
                read = verify(in.flip(), read);
            }
        }
        assertThat(refused).as("turns in which the peer had to be waited for").isPositive();
        turnUntil(() -> isSent(pair));
    }

    @Test
    void isOwnedByTheThreadThatWaitsInItsRing() throws Exception {
        Pair pair = new Pair(READ);
        multiplexer.await(0);
        assertRefused(() -> pair.socket.read(ByteBuffer.allocate(1)));
        assertRefused(() -> pair.socket.write(ByteBuffer.allocate(1)));
        assertRefused(() -> pair.socket.close(false));
    }

    private static void assertRefused(Executable call) throws InterruptedException {
        var thrown = new CompletableFuture<Throwable>();
        Thread.ofPlatform().start(() -> thrown.complete(catchThrowable(call::execute))).join();
        assertThat(thrown.join()).isInstanceOf(AssertionError.class).hasMessageContaining(" is owned by ");
    }

    @Test
    void isNotSentBeforeThePeerHasRoom() throws Exception {
        Pair pair = new Pair(0);
        int written = 0;
        while (isSent(pair)) {
            written += pair.socket.write(pattern(written, 64 << 10));
            multiplexer.await(A_WHILE);
        }
        multiplexer.change(pair.watch, WRITE);
        multiplexer.await(A_WHILE);
        assertThat(pair.takeTold()).isZero();
        ByteBuffer in = ByteBuffer.allocate(1 << 20);
        int read = 0;
        while (!isSent(pair)) {
            pair.client.read(in.clear());
            read = verify(in.flip(), read);
            multiplexer.await(A_WHILE);
        }
        turnUntil(() -> pair.told == WRITE);
        assertThat(pair.socket.endOutput(false)).isTrue();
        while (pair.client.read(in.clear()) >= 0) {
            read = verify(in.flip(), read);
        }
        assertThat(read).isEqualTo(written);
    }

    @Test
    void hasEnoughBuffersForManyAtOnceAndRoomForTheirCompletions() throws Exception {
        int count = 400;
        for (int i = 0; i < count; i++) {
            new Pair(READ);
        }
        multiplexer.await(0);
        for (int i = 0; i < count; i++) {
            // More than one buffer each, so that the buffers run out, and more completions than fit.
            pairs.get(i).client.write(pattern(i, 6000));
        }
        int[] read = new int[count];
        ByteBuffer in = ByteBuffer.allocate(1000);
        turnUntil(() -> {
            boolean all = true;
            for (int i = 0; i < count; i++) {
                if (pairs.get(i).takeTold() != 0) {
                    read[i] += readOnce(pairs.get(i), in, i + read[i]);
                }
                all &= read[i] == 6000;
            }
            return all;
        });
    }

    private static int readOnce(Pair pair, ByteBuffer in, int position) {
        try {
            pair.socket.read(in.clear());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return verify(in.flip(), position) - position;
    }

    @Test
    void closesAfterItsLastBytesWhateverIsUnderWay() throws Exception {
        int before = descriptors();
        for (int i = 0; i < 50; i++) {
            Pair pair = new Pair(READ);
            multiplexer.await(0);
            if (i % 2 == 0) {
                pair.client.write(pattern(0, 5000));
                multiplexer.await(i % 4 == 0 ? A_WHILE : 0);
            }
            pair.socket.write(pattern(7, 100));
            multiplexer.forget(pair.watch);
            pair.socket.close(true);
        }
        for (Pair pair : pairs) {
            ByteBuffer in = ByteBuffer.allocate(1000);
            turnUntil(() -> descriptors() <= before + pairs.size());
            while (pair.client.read(in) >= 0) {
                assertThat(in.position()).isLessThanOrEqualTo(100);
            }
            assertThat(verify(in.flip(), 7)).isEqualTo(107);
            pair.client.close();
        }
        assertThat(descriptors()).isLessThanOrEqualTo(before);
    }

    @Test
    void tellsALostPeerToReaderAndWriter() throws Exception {
        Pair pair = new Pair(READ | WRITE);
        pair.client.setOption(StandardSocketOptions.SO_LINGER, 0);
        multiplexer.await(0);
        pair.client.close();
        turnUntil(() -> pair.takeTold() == (READ | WRITE));
        assertThatThrownBy(() -> pair.socket.read(ByteBuffer.allocate(10))).hasMessageContaining("ECONNRESET");
        pair.socket.write(ByteBuffer.allocate(10));
        multiplexer.await(A_WHILE);
        assertThatThrownBy(() -> pair.socket.endOutput(true)).hasMessageContaining("EPIPE");
        assertThatThrownBy(() -> pair.socket.write(ByteBuffer.allocate(10))).hasMessageContaining("EPIPE");
    }

    @Test
    void sendsNothingOnceItIsClosed() throws Exception {
        Pair pair = new Pair(READ);
        multiplexer.await(0);
        multiplexer.forget(pair.watch);
        pair.socket.close(false);
        assertThatThrownBy(() -> pair.socket.write(ByteBuffer.allocate(1))).isInstanceOf(ClosedChannelException.class);
        multiplexer.await(A_WHILE);
        assertThatThrownBy(() -> pair.socket.write(ByteBuffer.allocate(1))).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void endsEveryOneThatIsResetWhileItIsAnswered() throws Exception {
        int count = 30;
        int[] left = {count};
        ByteBuffer bytes = ByteBuffer.allocate(64 << 10);
        for (int i = 0; i < count; i++) {
            SocketChannel client = SocketChannel.open(listener.address());
            StreamSocket socket = Objects.requireNonNull(listener.accept());
            socket.control().blocking(false);
            Multiplexer.Watch[] watch = new Multiplexer.Watch[1];
            watch[0] = multiplexer.watch(socket.source(), READ, _ -> {
                if (!answers(socket, bytes)) {
                    left[0]--;
                    multiplexer.forget(watch[0]);
                }
            });
            client.write(pattern(i, 50_000));
            client.setOption(StandardSocketOptions.SO_LINGER, 0);
            client.close();
        }
        turnUntil(() -> left[0] == 0);
    }

    /// Answers what the socket has received.
    ///
    /// @return false when the connection has ended, and is closed
    private static boolean answers(StreamSocket socket, ByteBuffer bytes) {
        try {
            int count = socket.read(bytes.clear());
            if (count > 0) {
                socket.write(bytes.flip());
            }
            if (count >= 0) {
                return true;
            }
            socket.close(false);
        } catch (IOException lost) {
            closeLost(socket, lost);
        }
        return false;
    }

    private static void closeLost(StreamSocket socket, IOException lost) {
        try {
            socket.close(false);
        } catch (IOException e) {
            e.addSuppressed(lost);
            throw new AssertionError(e);
        }
    }

    @Test
    void endsWithItsRing() throws Exception {
        int before = descriptors();
        RingMultiplexer other = RingMultiplexer.open(budget, false);
        StreamSocket socket;
        try (SocketChannel client = SocketChannel.open(listener.address())) {
            socket = Objects.requireNonNull(listener.accept());
            socket.control().blocking(false);
            other.watch(socket.source(), READ, _ -> {
            });
            other.await(0);
            socket.write(pattern(0, 10));
            socket.close(false);
            other.close();
            ByteBuffer in = ByteBuffer.allocate(100);
            while (client.read(in) >= 0) {
                assertThat(in.position()).isLessThanOrEqualTo(10);
            }
            assertThat(in.position()).isEqualTo(10);
        }
        assertThat(descriptors()).isEqualTo(before);
        assertThat(Files.exists(Path.of("/proc/self/fd"))).isTrue();
    }
}
