package dev.polyserve.linux.ring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.conversation.BufferBudget;
import dev.polyserve.loop.MultiplexerOwner;
import dev.polyserve.linux.system.RingLayout;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Checks that late completions for closed handles return their resources.
class OperationsTest {
    private static final int GONE = 7;
    private static final int BUFFER = RingLayout.CQE_F_BUFFER | 5 << RingLayout.CQE_BUFFER_SHIFT;

    @BeforeAll
    static void needsRings() {
        Requirements.ring();
    }

    @Test
    void onlyABufferOfConnectionsIsGivenBackToThem() throws Exception {
        try (IoUring ring = IoUring.open(4, false)) {
            ReceiveBuffers buffers = ReceiveBuffers.forConnections(ring);
            SendArena arena = SendArena.open();
            var operations = new Operations(ring, buffers, arena, new BufferBudget(0), new MultiplexerOwner("ring"));
            short provided = buffers.everProvided();
            operations.completed(OperationKind.RECEIVE_MESSAGES.bits() | GONE, 100, BUFFER);
            assertThat(buffers.everProvided()).as("a datagram port's").isEqualTo(provided);
            operations.completed(OperationKind.RECEIVE.bits() | GONE, 100, BUFFER);
            assertThat(buffers.everProvided()).as("a connection's").isEqualTo((short) (provided + 1));
            arena.unmap();
            buffers.unmap();
        }
    }

    /// Checks that the groups of datagram ports never equal the connections' group, even after as many ports as in
    /// years of operation: the kernel uses 16 bits.
    @Test
    void aDatagramPortNeverHasTheGroupOfConnections() throws Exception {
        try (IoUring ring = IoUring.open(4, false)) {
            ReceiveBuffers buffers = ReceiveBuffers.forConnections(ring);
            SendArena arena = SendArena.open();
            var operations = new Operations(ring, buffers, arena, new BufferBudget(0), new MultiplexerOwner("ring"));
            for (int port = 0; port <= 1 << 17; port++) {
                assertThat((short) operations.newGroup()).isNotEqualTo((short) ReceiveBuffers.OF_CONNECTIONS);
            }
            arena.unmap();
            buffers.unmap();
        }
    }
}
