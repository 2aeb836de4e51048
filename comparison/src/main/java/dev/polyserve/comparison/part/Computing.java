package dev.polyserve.comparison.part;

import dev.polyserve.Connection;
import dev.polyserve.Handler;
import java.io.IOException;

/// Answers each line with the result of the same amount of work, some 0.7 ms of a processor: what more processes serve faster.
public final class Computing implements Handler {
    private static final int STEPS = 500_000;

    @Override
    public void handle(Connection connection) throws IOException {
        for (String line; (line = connection.readLine()) != null;) {
            connection.writeLine(Long.toHexString(compute(line.hashCode())));
        }
    }

    /// Each step needs the one before (xorshift64, Marsaglia 2003).
    private static long compute(long seed) {
        long value = seed | 1;
        for (int i = 0; i < STEPS; i++) {
            value ^= value << 13;
            value ^= value >>> 7;
            value ^= value << 17;
        }
        return value;
    }
}
