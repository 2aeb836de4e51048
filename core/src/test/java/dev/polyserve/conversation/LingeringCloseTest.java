package dev.polyserve.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Cause;
import dev.polyserve.Limit;
import dev.polyserve.Options;
import dev.polyserve.ServerListener;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// When a socket is closed behind its last bytes, with a clock that is moved by hand. Write stall 10 s.
class LingeringCloseTest {
    private final AtomicLong clock = new AtomicLong();
    private final ServerContext context = new ServerContext(
            Options.defaults().withTimeouts(
                    times -> times.withWriteStall(Duration.ofSeconds(10)).withDrainQuiet(Duration.ofMillis(500))),
            new ServerListener() {}, clock::get, _ -> {
            });

    @Test
    void nothingIsWaitedForThatIsAcknowledged() {
        assertThat(ending().lookAgainNanos(0)).isEqualTo(LingeringClose.OVER);
    }

    @Test
    void whatIsNotAcknowledgedIsWaitedForAtMostAsLongAsAWrite() {
        LingeringClose lingering = ending();
        long waited = waitUntilOver(lingering, 1);
        assertThat(waited).isEqualTo(TimeUnit.SECONDS.toNanos(10));
        assertThat(lingering.passed()).contains(new Cause.TimedOut(Limit.WRITE_STALL));
    }

    @Test
    void nobodyIsBlamedWhereTheSystemDoesNotTell() {
        LingeringClose lingering = ending();
        assertThat(waitUntilOver(lingering, Wire.UNKNOWN)).isEqualTo(TimeUnit.SECONDS.toNanos(10));
        assertThat(lingering.passed()).isEmpty();
    }

    @Test
    void aDrainWaitsOnlyForWhatIsKnownToBeOnItsWay() {
        context.startDraining();
        assertThat(waitUntilOver(ending(), Wire.UNKNOWN)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(500));
        assertThat(waitUntilOver(ending(), 1)).isEqualTo(TimeUnit.SECONDS.toNanos(10));
    }

    @Test
    void aPeerThatSendsWithoutEndIsResetAfterAll() {
        LingeringClose lingering = ending();
        for (long bytes = 0; bytes < LingeringClose.MOST_BYTES; bytes += 1 << 20) {
            assertThat(lingering.lookAgainNanos(1)).isPositive();
            lingering.threwAway(1 << 20);
        }
        assertThat(lingering.lookAgainNanos(1)).as("at the limit").isPositive();
        lingering.threwAway(1);
        assertThat(lingering.lookAgainNanos(1)).isEqualTo(LingeringClose.OVER);
        assertThat(lingering.passed()).contains(new Cause.LimitReached(Limit.WRITE_STALL));
    }

    private LingeringClose ending() {
        return new LingeringClose(context);
    }

    private long waitUntilOver(LingeringClose lingering, int unacknowledged) {
        long began = clock.get();
        for (long again; (again = lingering.lookAgainNanos(unacknowledged)) != LingeringClose.OVER;) {
            assertThat(again).isPositive();
            clock.addAndGet(again);
        }
        return clock.get() - began;
    }
}
