package dev.polyserve.linux.ring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Checks when the timer of the check runs, without a kernel.
class StuckReceiveDetectorTest {
    private final StuckReceiveDetector check = new StuckReceiveDetector();
    private final RingHandleTable table = new RingHandleTable();

    private long start() {
        assertThat(check.startsTimer()).as("starts its timer").isTrue();
        return check.timerStarts(table.size());
    }

    private void end() {
        check.timerEnded();
        check.runIfDue(table);
    }

    @Test
    void hasATimerOnlyWhileConnectionsReceive() {
        assertThat(check.startsTimer()).isFalse();
        check.receiveBegins();
        start();
        assertThat(check.startsTimer()).as("a second timer").isFalse();
        end();
        check.bytesCame();
        end();
        assertThat(check.startsTimer()).as("no connection receives").isFalse();
        check.receiveBegins();
        start();
    }

    @Test
    void waitsLongOnceAllWereCheckedInSilence() {
        check.receiveBegins();
        long soon = start();
        assertThat(check.bytesCame()).as("cancelled").isFalse();
        end();
        check.receiveBegins();
        long later = start();
        assertThat(later).isNotEqualTo(soon);
        assertThat(check.bytesCame()).as("cancelled").isTrue();
        assertThat(check.bytesCame()).as("cancelled twice").isFalse();
        end();
        check.receiveBegins();
        check.bytesCame();
        assertThat(start()).isEqualTo(soon);
    }
}
