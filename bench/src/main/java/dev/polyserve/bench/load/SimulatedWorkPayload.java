package dev.polyserve.bench.load;

import dev.polyserve.bench.service.FixedCpuWork;
import dev.polyserve.bench.service.SimulatedWorkRequest;
import java.nio.ByteBuffer;

/// Requests for work, all of the same amount: a header of [SimulatedWorkRequest], then a pattern. The header of the
/// reply holds the end of the chain, so a server that computes less returns a wrong byte.
final class SimulatedWorkPayload implements LoadPayload {
    private static final int OUTGOING_BYTES = 64 << 10;
    /// All chains begin with this value, so that the load generator computes only one chain, once.
    private static final long FIRST_VALUE = 1;

    private final int requestBytes;
    private final PseudoRandomPayload pattern;
    private final ByteBuffer request;
    private final ByteBuffer reply;
    private final ByteBuffer outgoing;

    /// @param seed of the pattern
    /// @param outgoing the buffer in which requests are assembled for sending; shared by the connections of a loop
    SimulatedWorkPayload(Amount amount, long seed, ByteBuffer outgoing) {
        this.requestBytes = amount.requestBytes;
        this.pattern = new PseudoRandomPayload(seed);
        this.request = amount.header(FIRST_VALUE);
        this.reply = amount.header(amount.lastValue);
        this.outgoing = outgoing;
    }

    /// The amount of work of each request. Creating one takes as long as the work itself.
    static final class Amount {
        private final int requestBytes;
        private final int waitMicros;
        private final long multiplications;
        private final long lastValue;

        Amount(int requestBytes, int waitMicros, long multiplications) {
            this.requestBytes = requestBytes;
            this.waitMicros = waitMicros;
            this.multiplications = multiplications;
            this.lastValue = FixedCpuWork.end(FIRST_VALUE, multiplications);
        }

        int requestBytes() {
            return requestBytes;
        }

        private ByteBuffer header(long value) {
            return ByteBuffer.allocateDirect(SimulatedWorkRequest.HEADER_BYTES)
                    .putInt(SimulatedWorkRequest.LENGTH_AT, requestBytes - Integer.BYTES)
                    .putInt(SimulatedWorkRequest.WAIT_AT, waitMicros)
                    .putLong(SimulatedWorkRequest.MULTIPLICATIONS_AT, multiplications)
                    .putLong(SimulatedWorkRequest.VALUE_AT, value);
        }
    }

    static ByteBuffer outgoingBuffer() {
        return ByteBuffer.allocateDirect(OUTGOING_BYTES);
    }

    @Override
    public ByteBuffer piece(long from, int atMost) {
        return piece(reply, from, atMost);
    }

    private ByteBuffer piece(ByteBuffer header, long from, int atMost) {
        int offset = (int) (from % requestBytes);
        if (offset >= SimulatedWorkRequest.HEADER_BYTES) {
            return pattern.piece(from, Math.min(atMost, requestBytes - offset));
        }
        return header.limit(Math.min(SimulatedWorkRequest.HEADER_BYTES, offset + atMost)).position(offset);
    }

    @Override
    public ByteBuffer outgoing(long from, int atMost) {
        outgoing.clear();
        int most = Math.min(atMost, outgoing.capacity());
        while (outgoing.position() < most) {
            outgoing.put(piece(request, from + outgoing.position(), most - outgoing.position()));
        }
        return outgoing.flip();
    }
}
