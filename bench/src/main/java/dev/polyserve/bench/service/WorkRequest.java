package dev.polyserve.bench.service;

import java.nio.ByteBuffer;

/// How a request for work is laid out: four big-endian integers, then anything. The reply is the request with `value`
/// replaced by the end of the [chain][Chain] that begins with it.
///
/// ```
///   0        4           8                 16      24
///   | length | waitMicros | multiplications | value | payload … |     length counts what follows itself
/// ```
/// What is computed is an amount, not a time: a thread that is preempted while it computes has not computed meanwhile, and
/// a reply with the right value has cost the same work wherever it comes from.
public final class WorkRequest {
    /// Where the length is.
    public static final int LENGTH_AT = 0;
    /// Where the time to wait is, in microseconds.
    public static final int WAIT_AT = 4;
    /// Where the length of the chain of multiplications is.
    public static final int MULTIPLICATIONS_AT = 8;
    /// Where the chain's first value is, and in the reply its last.
    public static final int VALUE_AT = 16;
    /// Bytes before the payload.
    public static final int HEADER_BYTES = 24;
    /// A request may be so long.
    public static final int MAX_BYTES = 1 << 20;

    private WorkRequest() {}

    /// Waits and computes as a request says, and makes it its own reply.
    ///
    /// @param frame a request without its length
    static void carryOut(ByteBuffer frame) throws InterruptedException {
        waitFor(frame.getInt(0));
        long value = frame.getLong(VALUE_AT - WAIT_AT);
        frame.putLong(VALUE_AT - WAIT_AT, Chain.end(value, frame.getLong(MULTIPLICATIONS_AT - WAIT_AT)));
    }

    /// Waits as for a database.
    private static void waitFor(int micros) throws InterruptedException {
        if (micros > 0) {
            Thread.sleep(micros / 1_000, micros % 1_000 * 1_000);
        }
    }
}
