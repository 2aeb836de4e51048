package dev.polyserve.bench.load;

import java.nio.ByteBuffer;
import java.util.Random;

/// Pseudo-random bytes with a prime period, from a different start for each connection. No usual request size divides
/// the period, so two requests are rarely equal.
final class PseudoRandomPayload implements LoadPayload {
    private static final int PERIOD = 65_521;
    private static final int MAX_PIECE = 64 << 10;
    private static final ByteBuffer BYTES = bytes();

    private final ByteBuffer view = BYTES.duplicate();
    private final long start;

    PseudoRandomPayload(long seed) {
        this.start = Math.floorMod(seed * 7_919, PERIOD);
    }

    private static ByteBuffer bytes() {
        byte[] period = new byte[PERIOD];
        new Random(PERIOD).nextBytes(period);
        ByteBuffer bytes = ByteBuffer.allocateDirect(PERIOD + MAX_PIECE);
        while (bytes.hasRemaining()) {
            bytes.put(period, 0, Math.min(PERIOD, bytes.remaining()));
        }
        return bytes.clear();
    }

    @Override
    public ByteBuffer piece(long from, int atMost) {
        int index = (int) ((start + from) % PERIOD);
        return view.limit(index + Math.min(atMost, MAX_PIECE)).position(index);
    }

    @Override
    public ByteBuffer outgoing(long from, int atMost) {
        return piece(from, atMost);
    }
}
