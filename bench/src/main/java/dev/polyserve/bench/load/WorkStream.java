package dev.polyserve.bench.load;

import dev.polyserve.bench.service.WorkRequest;
import java.nio.ByteBuffer;

/// Requests for work: a header of [WorkRequest], then a pattern.
final class WorkStream implements ByteStream {
    private static final int OUTGOING_BYTES = 64 << 10;
    private static final int SHARES = 1_000;

    private final int requestBytes;
    private final Traffic.Work work;
    private final PatternStream pattern;
    private final long seed;
    private final ByteBuffer header = ByteBuffer.allocateDirect(WorkRequest.HEADER_BYTES);
    private final ByteBuffer outgoing;

    /// @param outgoing where requests are put together for sending; shared by the connections of a loop
    WorkStream(Traffic.Work work, long seed, ByteBuffer outgoing) {
        this.requestBytes = work.requestBytes();
        this.work = work;
        this.seed = seed;
        this.pattern = new PatternStream(seed);
        this.outgoing = outgoing;
    }

    static ByteBuffer outgoingBuffer() {
        return ByteBuffer.allocateDirect(OUTGOING_BYTES);
    }

    @Override
    public ByteBuffer piece(long from, int atMost) {
        long request = from / requestBytes;
        int offset = (int) (from % requestBytes);
        if (offset >= WorkRequest.HEADER_BYTES) {
            return pattern.piece(from, Math.min(atMost, requestBytes - offset));
        }
        header.clear().putInt(requestBytes - Integer.BYTES).putInt(work.waitMicros())
                .putInt(heavy(request) ? work.heavyComputeMicros() : work.computeMicros());
        return header.limit(Math.min(WorkRequest.HEADER_BYTES, offset + atMost)).position(offset);
    }

    @Override
    public ByteBuffer outgoing(long from, int atMost) {
        outgoing.clear();
        int most = Math.min(atMost, outgoing.capacity());
        while (outgoing.position() < most) {
            outgoing.put(piece(from + outgoing.position(), most - outgoing.position()));
        }
        return outgoing.flip();
    }

    /// Spread as by chance, but the same each time.
    @Override
    public boolean heavy(long request) {
        if (work.heavyPerThousand() == 0) {
            return false;
        }
        long mixed = (seed * 31 + request) * 0x9E37_79B9_7F4A_7C15L;
        return Long.remainderUnsigned(mixed >>> 20, SHARES) < work.heavyPerThousand();
    }
}
