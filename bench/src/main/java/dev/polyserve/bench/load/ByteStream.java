package dev.polyserve.bench.load;

import java.nio.ByteBuffer;

/// What one connection sends, and expects back: an endless sequence of bytes of which any piece can be told from its
/// position alone, so that nothing sent needs to be kept, and a byte that is dropped, changed or out of order shows.
///
/// **Thread**: its loop's; the buffers it returns are valid until it is asked again.
sealed interface ByteStream permits PatternStream, WorkStream {
    /// Some bytes of the sequence from this position, at least one.
    ByteBuffer piece(long from, int atMost);

    /// The same for sending: as many at once as is sensible.
    ByteBuffer outgoing(long from, int atMost);

    /// Whether this request is one that the server takes long for on purpose, whose own time is not of interest.
    boolean heavy(long request);

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
