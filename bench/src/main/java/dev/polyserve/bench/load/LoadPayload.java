package dev.polyserve.bench.load;

import java.nio.ByteBuffer;

/// The endless byte sequences that one connection sends, and expects to receive.
///
/// The two sequences may differ. Every piece follows from its position alone, so sent bytes need not be kept. A byte
/// that is dropped, changed or out of order is detected.
///
/// **Thread**: its loop's. A returned buffer is valid until the next call.
sealed interface LoadPayload permits PseudoRandomPayload, SimulatedWorkPayload {
    /// Expected bytes from this position, at least one.
    ByteBuffer piece(long from, int atMost);

    /// Bytes to send from this position; returns as many at once as is efficient.
    ByteBuffer outgoing(long from, int atMost);

    /// Compares received bytes with the expected ones.
    ///
    /// @return the index of the first wrong byte in `arrived`; -1 when all are correct
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
