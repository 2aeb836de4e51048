package dev.polyserve.bench.load;

import java.nio.ByteBuffer;
import java.util.Random;

/// Pseudo-random bytes that come again after a prime number of them, each connection beginning elsewhere: no usual request
/// size divides it, so two requests are hardly ever alike.
final class PatternStream implements ByteStream {
    private static final int PERIOD = 65_521;
    private static final int LONGEST_PIECE = 64 << 10;
    private static final ByteBuffer BYTES = bytes();

    private final ByteBuffer view = BYTES.duplicate();
    private final long start;

    PatternStream(long seed) {
        this.start = Math.floorMod(seed * 7_919, PERIOD);
    }

    private static ByteBuffer bytes() {
        byte[] period = new byte[PERIOD];
        new Random(PERIOD).nextBytes(period);
        ByteBuffer bytes = ByteBuffer.allocateDirect(PERIOD + LONGEST_PIECE);
        while (bytes.hasRemaining()) {
            bytes.put(period, 0, Math.min(PERIOD, bytes.remaining()));
        }
        return bytes.clear();
    }

    @Override
    public ByteBuffer piece(long from, int atMost) {
        int index = (int) ((start + from) % PERIOD);
        return view.limit(index + Math.min(atMost, LONGEST_PIECE)).position(index);
    }

    @Override
    public ByteBuffer outgoing(long from, int atMost) {
        return piece(from, atMost);
    }
}
