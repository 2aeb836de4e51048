package dev.polyserve.linux.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.polyserve.Endpoint;
import dev.polyserve.Options;
import dev.polyserve.conversation.BufferBudget;
import dev.polyserve.io.Listener;
import dev.polyserve.linux.system.SystemCallMemoryPool;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.RingLayout;
import dev.polyserve.loop.Multiplexer;
import dev.polyserve.loop.MultiplexerOwner;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Checks completions that a kernel brings rarely: late ones for closed handles, and more than a turn usually has.
class RingOperationsTest {
    private static final int GONE = 7;
    private static final int BUFFER = RingLayout.CQE_F_BUFFER | 5 << RingLayout.CQE_BUFFER_SHIFT;
    private static final int BUFFER_BYTES = 4 << 10;
    private static final long FIRST_HANDLE = 1L << Integer.SIZE | 1;

    private final BufferBudget budget = new BufferBudget(16 << 20);
    private IoUringInstance ring;
    private ReceiveBuffers buffers;
    private SendArena arena;
    private RingOperations operations;

    @BeforeAll
    static void needsRings() {
        Requirements.ring();
    }

    @BeforeEach
    void open() throws IOException {
        ring = IoUringInstance.open(4, false);
        buffers = ReceiveBuffers.forConnections(ring);
        arena = SendArena.open();
        operations = new RingOperations(ring, buffers, arena, budget, new MultiplexerOwner("ring"));
    }

    @AfterEach
    void close() throws IOException {
        ring.close();
        arena.unmap();
        buffers.unmap();
    }

    @Test
    void onlyABufferOfConnectionsIsGivenBackToThem() {
        short provided = buffers.everProvided();
        operations.completed(RingOperationKind.RECEIVE_MESSAGES.bits() | GONE, 100, BUFFER);
        assertThat(buffers.everProvided()).as("a datagram port's").isEqualTo(provided);
        operations.completed(RingOperationKind.RECEIVE.bits() | GONE, 100, BUFFER);
        assertThat(buffers.everProvided()).as("a connection's").isEqualTo((short) (provided + 1));
    }

    /// Checks that the groups of datagram ports never equal the connections' group, even after as many ports as in
    /// years of operation: the kernel uses 16 bits.
    @Test
    void aDatagramPortNeverHasTheGroupOfConnections() {
        for (int port = 0; port <= 1 << 17; port++) {
            assertThat((short) operations.newGroup()).isNotEqualTo((short) ReceiveBuffers.OF_CONNECTIONS);
        }
    }

    /// Connections share a failure for lack of memory, whatever callers do with what was thrown.
    @Test
    void whatACallerAddsToAFailureForLackOfMemoryStaysWithThatCaller() {
        Throwable first = thrownByAnOutputWithoutMemory();
        first.addSuppressed(new IOException("for the test"));
        Throwable second = thrownByAnOutputWithoutMemory();
        assertThat(second).hasMessage(first.getMessage()).hasNoSuppressedExceptions();
        assertThat(second.getStackTrace()).anyMatch(frame -> frame.getMethodName().equals("throwIfFailed"));
    }

    private Throwable thrownByAnOutputWithoutMemory() {
        RingOutput output = new RingOutput();
        output.fail(NoMemoryException.UNSENT, operations);
        return catchThrowable(output::throwIfFailed);
    }

    @Test
    void aMultishotOperationIsCancelledOnceEachTimeThatItIsActive() throws Exception {
        Listener opened = new RingSocketProvider().listen(Endpoint.parse("tcp://127.0.0.1:0"),
                Options.defaults().sockets());
        RingListener listener = (RingListener) opened;
        try {
            listener.joins(operations);
            listener.watchedBy(_ -> {
            }, Multiplexer.READ);
            listener.cancel();
            assertThat(ring.submissions().waiting()).as("cancellations while it is not active").isZero();
            for (int round = 0; round < 2; round++) {
                operations.turn(0);
                assertThat(listener.isActive()).isTrue();
                listener.cancel();
                listener.cancel();
                assertThat(ring.submissions().waiting()).as("cancellations").isEqualTo(1);
                operations.turn(0);
                assertThat(listener.isActive()).as("active after its last completion").isFalse();
            }
            operations.end();
        } finally {
            listener.close();
        }
    }

    /// A loop that runs late finds all buffers filled by one connection whose owner does not read.
    @Test
    void aConnectionThatFillsAllBuffersGetsNoMoreAndCountsWithWhatItHolds() throws Exception {
        Listener listener = new RingSocketProvider().listen(Endpoint.parse("tcp://127.0.0.1:0"),
                Options.defaults().sockets());
        try (SocketChannel _ = SocketChannel.open(listener.address())) {
            RingSocket socket = (RingSocket) Objects.requireNonNull(listener.accept());
            socket.joins(operations, new SystemCallMemoryPool());
            int provided = buffers.everProvided();
            fill(3);
            operations.turn(0);
            fill(provided);
            operations.completed(RingOperationKind.RECEIVE.bits() | FIRST_HANDLE, -Errno.ENOBUFS, 0);
            operations.turn(0);
            assertThat(buffers.everProvided()).as("buffers").isEqualTo((short) (provided + 3 + provided));
            assertThat(budget.used()).as("bytes").isEqualTo((3L + provided) * BUFFER_BYTES);
            socket.close(false);
            assertThat(budget.used()).as("bytes after the close").isZero();
        } finally {
            listener.close();
        }
    }

    private void fill(int count) {
        for (int buffer = 0; buffer < count; buffer++) {
            operations.completed(RingOperationKind.RECEIVE.bits() | FIRST_HANDLE, BUFFER_BYTES,
                    RingLayout.CQE_F_BUFFER | RingLayout.CQE_F_MORE | buffer << RingLayout.CQE_BUFFER_SHIFT);
        }
    }
}
