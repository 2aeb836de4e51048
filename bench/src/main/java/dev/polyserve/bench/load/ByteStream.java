package dev.polyserve.bench.load;

import java.nio.ByteBuffer;

/// What one connection sends, and expects back, which may differ: endless sequences of bytes of which any piece can be told from its
/// position alone, so that nothing sent needs to be kept, and a byte that is dropped, changed or out of order shows.
///
/// **Thread**: its loop's; the buffers it returns are valid until it is asked again.
sealed interface ByteStream permits PatternStream, WorkStream {
    /// Some bytes of what is expected from this position, at least one.
    ByteBuffer piece(long from, int atMost);

    /// Some bytes of what is sent from this position: as many at once as is sensible.
    ByteBuffer outgoing(long from, int atMost);

    /// Compares what arrived with what should have.
    ///
    /// @return the index of the first wrong byte in `arrived`, -1 when all are right
    default int firstWrong(long from, ByteBuffer arrived) {
        int start = arrived.position();
        int end = arrived.limit();
        for (int at = start; at < end;) {
            ByteBuffer expected = piece(from + at - start, end - at);
            int length = expected.remaining();
            arrived.limit(at + length).position(at);
            int wrong = arrived.mismatch(expected);
            if (wrong >= 0) {
                arrived.limit(end).position(start);
                return at + wrong - start;
            }
            at += length;
        }
        arrived.limit(end).position(start);
        return -1;
    }
}
