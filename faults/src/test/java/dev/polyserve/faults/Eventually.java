package dev.polyserve.faults;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.function.Executable;

/// The one place where tests wait for something to become true.
final class Eventually {
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    /// Ten times what it takes on a machine that is not busy: where the time matters, the test says how much.
    private static final Duration USUAL = Duration.ofSeconds(30);

    private Eventually() {}

    /// Waits until the assertion holds, half a minute at most; then it fails as the assertion did last.
    static void holds(Executable assertion) throws Exception {
        holds(USUAL, assertion);
    }

    /// Waits until the assertion holds, so long at most; then it fails as the assertion did last.
    static void holds(Duration atMost, Executable assertion) throws Exception {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (true) {
            try {
                assertion.execute();
                return;
            } catch (AssertionError e) {
                if (System.nanoTime() - deadline >= 0) {
                    throw e;
                }
                LockSupport.parkNanos(POLL_NANOS);
            } catch (Exception | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException("neither an exception nor an error", e);
            }
        }
    }
}
