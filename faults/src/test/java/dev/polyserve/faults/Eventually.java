package dev.polyserve.faults;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.function.Executable;

/// Polls an assertion until it holds.
final class Eventually {
    private static final long FIRST_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    /// Polls become rarer, because each costs processor time that the processes under test need.
    private static final long LAST_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    /// Ten times the usual time on an idle machine. A test in which the time matters passes a limit of its own.
    private static final Duration USUAL = Duration.ofSeconds(30);

    private Eventually() {}

    /// Waits until the assertion holds, at most half a minute; then throws its last error.
    static void holds(Executable assertion) throws Exception {
        holds(USUAL, assertion);
    }

    /// Waits until the assertion holds, at most for the given time; then throws its last error.
    static void holds(Duration atMost, Executable assertion) throws Exception {
        long deadline = System.nanoTime() + atMost.toNanos();
        long pollNanos = FIRST_POLL_NANOS;
        while (true) {
            try {
                assertion.execute();
                return;
            } catch (AssertionError e) {
                if (System.nanoTime() - deadline >= 0) {
                    throw e;
                }
                LockSupport.parkNanos(pollNanos);
                pollNanos = Math.min(pollNanos + pollNanos / 4, LAST_POLL_NANOS);
            } catch (Exception | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException("neither an exception nor an error", e);
            }
        }
    }
}
