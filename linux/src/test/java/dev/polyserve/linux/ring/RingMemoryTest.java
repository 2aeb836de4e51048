package dev.polyserve.linux.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.io.StreamSocket;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Checks that the memory that connections on a ring hold beyond a turn is bounded, and counts in the budget of
/// buffers.
@Timeout(60)
class RingMemoryTest extends RingConnections {
    /// The limit of unread bytes, plus the bytes that one turn may add.
    private static final long MOST_HELD = 1 << 20;

    @Test
    void stopsReceivingWhatIsNotReadAndLosesNothing() throws Exception {
        Pair pair = new Pair(READ);
        pair.client.configureBlocking(false);
        // More than the buffers of both sockets hold.
        int much = 24 << 20;
        ByteBuffer out = pattern(0, much);
        long since = System.nanoTime();
        while (System.nanoTime() - since < 200_000_000L) {
            if (pair.client.write(out) > 0) {
                since = System.nanoTime();
            }
            multiplexer.await(A_WHILE);
        }
        assertThat(out.hasRemaining()).as("the peer has to wait").isTrue();
        assertThat(budget.used()).as("what waits to be read").isBetween(1L, MOST_HELD);
        ByteBuffer in = ByteBuffer.allocate(100_000);
        int read = 0;
        while (read < much) {
            pair.client.write(out);
            pair.socket.read(in.clear());
            read = verify(in.flip(), read);
            multiplexer.await(0);
        }
    }

    @Test
    void receivesNothingForAnOwnerThatDoesNotWantToReadAndLosesNothing() throws Exception {
        Pair pair = new Pair(READ);
        multiplexer.await(0);
        ByteBuffer out = pattern(0, MUCH);
        pair.client.configureBlocking(false);
        pair.client.write(out);
        turnUntil(() -> pair.takeTold() == READ);
        multiplexer.change(pair.watch, 0);
        for (int i = 0; i < 20; i++) {
            pair.client.write(out);
            multiplexer.await(A_WHILE);
        }
        assertThat(budget.used()).as("what waits to be read").isLessThanOrEqualTo(MOST_HELD);
        multiplexer.change(pair.watch, READ);
        ByteBuffer in = ByteBuffer.allocate(70_000);
        int read = 0;
        while (read < MUCH) {
            pair.client.write(out);
            if (pair.takeTold() != 0) {
                pair.socket.read(in.clear());
                read = verify(in.flip(), read);
            }
            multiplexer.await(A_WHILE);
        }
        pair.client.shutdownOutput();
        turnUntil(() -> pair.takeTold() == READ);
        assertThat(pair.socket.read(in.clear())).isEqualTo(StreamSocket.END);
    }

    @Test
    void failsWithTheLimitWhenTheBudgetHasNoMoreForWhatIsNotRead() throws Exception {
        budget.take(16 << 20);
        Pair pair = new Pair(READ);
        multiplexer.await(0);
        pair.client.write(pattern(0, 100));
        multiplexer.await(A_WHILE);
        multiplexer.await(0);
        assertThat(pair.takeTold()).isEqualTo(READ);
        assertThatThrownBy(() -> pair.socket.read(ByteBuffer.allocate(10))).hasMessageContaining("buffer in total");
        assertThatThrownBy(() -> pair.socket.write(ByteBuffer.allocate(10))).hasMessageContaining("buffer in total");
        budget.give(16 << 20);
        assertThat(budget.used()).isZero();
    }

    @Test
    void countsWhatThePeerDoesNotTakeAndFailsWhereTheBudgetHasNoMore() throws Exception {
        Pair pair = new Pair(0);
        while (isSent(pair)) {
            pair.socket.write(pattern(0, 64 << 10));
            multiplexer.await(0);
        }
        assertThat(budget.used()).isPositive();
        long left = (16 << 20) - budget.used();
        budget.take(left);
        Pair other = new Pair(WRITE);
        assertThatThrownBy(() -> {
            while (other.socket.endOutput(true)) {
                other.socket.write(pattern(0, 64 << 10));
                multiplexer.await(0);
            }
        }).hasMessageContaining("buffer in total");
        assertThat(other.takeTold()).isEqualTo(WRITE);
        budget.give(left);
    }

    @Test
    void closesThoughItsPeerNeitherReadsNorStopsSending() throws Exception {
        int before = descriptors();
        Pair pair = new Pair(READ);
        while (isSent(pair)) {
            pair.socket.write(pattern(0, 64 << 10));
            multiplexer.await(0);
        }
        pair.client.configureBlocking(false);
        ByteBuffer out = pattern(0, MUCH);
        while (budget.used() < 64 << 10) {
            pair.client.write(out);
            multiplexer.await(A_WHILE);
        }
        multiplexer.forget(pair.watch);
        pair.socket.close(false);
        turnUntil(() -> descriptors() == before + 1);
        assertThat(budget.used()).isZero();
    }
}
