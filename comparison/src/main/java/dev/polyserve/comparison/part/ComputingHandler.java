package dev.polyserve.comparison.part;

import dev.polyserve.Connection;
import dev.polyserve.Handler;
import java.io.IOException;

/// Answers each line with the result of a fixed amount of work, about 0.7 ms of a processor; more processes serve it
/// faster.
public final class ComputingHandler implements Handler {
    private static final int STEPS = 500_000;

    @Override
    public void handle(Connection connection) throws IOException {
        for (String line; (line = connection.readLine()) != null;) {
            connection.writeLine(Long.toHexString(compute(line.hashCode())));
        }
    }

    /// Each step depends on the previous one (xorshift64, Marsaglia 2003).
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
