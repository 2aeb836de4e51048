package dev.polyserve.linux.socket;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Checks the recorded readiness while another thread makes calls.
class ReadinessTest {
    private static final int READ = Readiness.READ;
    private static final int WRITE = Readiness.WRITE;

    private final Readiness readiness = Readiness.tracked();

    @Test
    void aCallThatFindsNothingClearsTheMark() {
        readiness.happened(READ | WRITE);
        readiness.usedUp(READ, readiness.state());
        assertThat(readiness.readyFor(READ | WRITE)).isEqualTo(WRITE);
    }

    @Test
    void theMarkIsSeenDuringTheCall() {
        readiness.happened(READ);
        int before = readiness.state();
        assertThat(readiness.readyFor(READ)).as("the loop looks while another thread reads").isEqualTo(READ);
        readiness.usedUp(READ, before);
        assertThat(readiness.readyFor(READ)).isZero();
    }

    @Test
    void aChangeDuringTheCallStays() {
        readiness.happened(READ);
        int before = readiness.state();
        readiness.happened(READ);
        readiness.usedUp(READ, before);
        assertThat(readiness.readyFor(READ)).isEqualTo(READ);
    }

    @Test
    void aCallOfTheOtherDirectionIsNoChange() {
        readiness.happened(READ | WRITE);
        int before = readiness.state();
        readiness.usedUp(WRITE, readiness.state());
        readiness.usedUp(READ, before);
        assertThat(readiness.readyFor(READ | WRITE)).isZero();
    }

    @Test
    void anEndIsNeverUsedUp() {
        readiness.happened(READ | Readiness.READ_ENDED);
        readiness.usedUp(READ, readiness.state());
        assertThat(readiness.readyFor(READ)).isEqualTo(READ);
    }
}
