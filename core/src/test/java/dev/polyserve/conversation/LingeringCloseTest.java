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

/// When a socket is closed after its last bytes, with a clock that is advanced by hand. Write stall 10 s.
class LingeringCloseTest {
    private final AtomicLong clock = new AtomicLong();
    private final ServerContext context = new ServerContext(
            Options.defaults().withTimeouts(
                    times -> times.withWriteStall(Duration.ofSeconds(10)).withDrainQuiet(Duration.ofMillis(500))),
            new ServerListener() {}, clock::get, _ -> {
            });

    @Test
    void nothingIsWaitedForThatIsAcknowledged() {
        assertThat(ending().lookAgainNanos(0, 0)).isEqualTo(LingeringClose.OVER);
    }

    @Test
    void whatIsNotAcknowledgedIsWaitedForAtMostAsLongAsAWrite() {
        LingeringClose lingering = ending();
        long waited = waitUntilOver(lingering, 1);
        assertThat(waited).isEqualTo(TimeUnit.SECONDS.toNanos(10));
        assertThat(lingering.passed()).contains(new Cause.TimedOut(Limit.WRITE_STALL));
    }

    @Test
    void aPeerThatTakesTheLastBytesSlowlyIsWaitedFor() {
        LingeringClose lingering = ending();
        for (int unacknowledged = 1_000; unacknowledged > 0; unacknowledged -= 100) {
            assertThat(lingering.lookAgainNanos(0, unacknowledged)).isPositive();
            clock.addAndGet(TimeUnit.SECONDS.toNanos(9));
        }
        assertThat(lingering.lookAgainNanos(0, 10)).isPositive();
        assertThat(waitUntilOver(lingering, 10)).isEqualTo(TimeUnit.SECONDS.toNanos(10));
        assertThat(lingering.passed()).contains(new Cause.TimedOut(Limit.WRITE_STALL));
    }

    @Test
    void aPeerThatHasEndedHasEverything() {
        assertThat(ending().lookAgainNanos(Wire.END, 1)).isEqualTo(LingeringClose.OVER);
        assertThat(ending().lookAgainNanos(Wire.END, Wire.UNKNOWN)).isEqualTo(LingeringClose.OVER);
    }

    @Test
    void aSilentPeerGivesItsPlaceBackWhereTheSystemDoesNotTell() {
        LingeringClose lingering = ending();
        assertThat(waitUntilOver(lingering, Wire.UNKNOWN)).isEqualTo(LingeringClose.SILENCE_NANOS);
        assertThat(lingering.passed()).as("no limit of the options").isEmpty();
    }

    @Test
    void aPeerThatSendsIsWaitedForWhereTheSystemDoesNotTellAtMostAsLongAsAWrite() {
        LingeringClose lingering = ending();
        long began = clock.get();
        while (lingering.lookAgainNanos(1, Wire.UNKNOWN) != LingeringClose.OVER) {
            clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
        }
        assertThat(clock.get() - began).isEqualTo(TimeUnit.SECONDS.toNanos(10));
        assertThat(lingering.passed()).isEmpty();
    }

    @Test
    void aServerThatIsLessPatientWithQuietConnectionsIsSoAtTheirEnd() {
        Options quick = Options.defaults().withTimeouts(times -> times.withDrainQuiet(Duration.ofMillis(10)));
        assertThat(context.replace(context.options(), quick)).isTrue();
        assertThat(waitUntilOver(ending(), Wire.UNKNOWN)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(40));
    }

    @Test
    void theSilenceBeginsAnewWithEachByte() {
        LingeringClose lingering = ending();
        assertThat(lingering.lookAgainNanos(0, Wire.UNKNOWN)).isPositive();
        clock.addAndGet(LingeringClose.SILENCE_NANOS - 1);
        assertThat(lingering.lookAgainNanos(1, Wire.UNKNOWN)).isPositive();
        assertThat(waitUntilOver(lingering, Wire.UNKNOWN)).isEqualTo(LingeringClose.SILENCE_NANOS);
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
            assertThat(lingering.lookAgainNanos(1 << 20, 1)).isPositive();
        }
        assertThat(lingering.lookAgainNanos(0, 1)).as("at the limit").isPositive();
        assertThat(lingering.lookAgainNanos(1, 1)).isEqualTo(LingeringClose.OVER);
        assertThat(lingering.passed()).contains(new Cause.LimitReached(Limit.WRITE_STALL));
    }

    @Test
    void aPeerThatSendsWithoutEndHasReachedNoKnownLimitWhereTheSystemDoesNotTell() {
        LingeringClose lingering = ending();
        assertThat(lingering.lookAgainNanos((int) LingeringClose.MOST_BYTES + 1, Wire.UNKNOWN))
                .isEqualTo(LingeringClose.OVER);
        assertThat(lingering.passed()).as("the peer may have everything").isEmpty();
    }

    private LingeringClose ending() {
        return new LingeringClose(context);
    }

    private long waitUntilOver(LingeringClose lingering, int unacknowledged) {
        long began = clock.get();
        for (long again; (again = lingering.lookAgainNanos(0, unacknowledged)) != LingeringClose.OVER;) {
            assertThat(again).isPositive();
            clock.addAndGet(again);
        }
        return clock.get() - began;
    }
}
