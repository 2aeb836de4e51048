package dev.polyserve.bench.service;

import dev.polyserve.Codec;
import dev.polyserve.Framing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The layout of a request that asks the server to wait and compute: a big-endian header, then a payload. The reply is
/// the request with `value` replaced by the end of the [chain][FixedCpuWork] that begins with it.
///
/// ```
///   0        4           8                 16      24
///   | length | waitMicros | multiplications | value | payload … |     length counts the bytes after itself
/// ```
/// The amount of computing is not a time. A thread that is preempted computes nothing meanwhile, and a reply with the
/// correct value has cost the same work on every contender.
public final class SimulatedWorkRequest {
    public static final int LENGTH_AT = 0;
    /// Offset of the waiting time, in microseconds.
    public static final int WAIT_AT = 4;
    /// Offset of the length of the chain of multiplications.
    public static final int MULTIPLICATIONS_AT = 8;
    /// Offset of the chain's first value, and in the reply of its last.
    public static final int VALUE_AT = 16;
    /// Number of bytes before the payload.
    public static final int HEADER_BYTES = 24;
    /// Maximum size of a request.
    public static final int MAX_BYTES = 1 << 20;

    /// Requests and replies without their lengths.
    static final Codec<byte[]> FRAMES = Framing.lengthPrefixed(Integer.BYTES, ByteOrder.BIG_ENDIAN, MAX_BYTES);

    private SimulatedWorkRequest() {}

    /// Waits and computes as a request asks, and turns it into its reply.
    ///
    /// @param frame a request without its length
    static void execute(ByteBuffer frame) throws InterruptedException {
        waitFor(frame.getInt(0));
        long value = frame.getLong(VALUE_AT - WAIT_AT);
        frame.putLong(VALUE_AT - WAIT_AT, FixedCpuWork.end(value, frame.getLong(MULTIPLICATIONS_AT - WAIT_AT)));
    }

    /// Waits, as a handler waits for a database.
    private static void waitFor(int micros) throws InterruptedException {
        if (micros > 0) {
            Thread.sleep(micros / 1_000, micros % 1_000 * 1_000);
        }
    }
}
