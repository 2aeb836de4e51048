package dev.polyserve.bench.service;

/// How a request for work is laid out: three big-endian integers, then anything; the reply is the request, whole.
///
/// ```
///   0        4           8              12
///   | length | waitMicros | computeMicros | payload … |     length counts what follows itself
/// ```
public final class WorkRequest {
    /// Where the length is.
    public static final int LENGTH_AT = 0;
    /// Where the time to wait is, in microseconds.
    public static final int WAIT_AT = 4;
    /// Where the time to compute is, in microseconds.
    public static final int COMPUTE_AT = 8;
    /// Bytes before the payload.
    public static final int HEADER_BYTES = 12;
    /// A request may be so long.
    public static final int MAX_BYTES = 1 << 20;

    private WorkRequest() {}

    /// Waits as for a database.
    static void waitFor(int micros) throws InterruptedException {
        if (micros > 0) {
            Thread.sleep(micros / 1_000, micros % 1_000 * 1_000);
        }
    }

    /// Computes for this long on the present thread, and returns what it computed so that it is not optimised away.
    static long compute(int micros) {
        long state = micros;
        for (long until = System.nanoTime() + micros * 1_000L; System.nanoTime() - until < 0;) {
            for (int i = 0; i < 64; i++) {
                state = state * 6_364_136_223_846_793_005L + 1_442_695_040_888_963_407L;
            }
        }
        return state;
    }
}
