package dev.polyserve.linux.socket;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Checks the recorded readiness while another thread makes calls.
class EdgeReadinessTest {
    private static final int READ = EdgeReadiness.READ;
    private static final int WRITE = EdgeReadiness.WRITE;

    private final EdgeReadiness readiness = EdgeReadiness.tracked();

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
        readiness.happened(READ | EdgeReadiness.READ_ENDED);
        readiness.usedUp(READ, readiness.state());
        assertThat(readiness.readyFor(READ)).isEqualTo(READ);
    }
}
