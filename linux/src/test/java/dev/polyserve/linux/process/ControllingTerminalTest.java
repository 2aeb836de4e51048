package dev.polyserve.linux.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// A terminal that was closed just now differs from one that was closed long ago, and from one that never existed.
class ControllingTerminalTest {
    private final AtomicBoolean there = new AtomicBoolean(true);
    private final AtomicLong nanos = new AtomicLong();

    private ControllingTerminal terminal() {
        return new ControllingTerminal(there::get, nanos::get);
    }

    @Test
    void oneThatIsThereWasNotClosed() {
        ControllingTerminal terminal = terminal();
        assertThat(terminal.isOpen()).isTrue();
        assertThat(terminal.hangup()).isFalse();
    }

    @Test
    void oneThatWasNeverThereIsNeverClosed() {
        there.set(false);
        ControllingTerminal terminal = terminal();
        assertThat(terminal.isOpen()).isFalse();
        assertThat(terminal.hangup()).isFalse();
    }

    @Test
    void oneIsClosedJustNowUntilSomeTimeHasPassed() {
        ControllingTerminal terminal = terminal();
        there.set(false);
        terminal.look();
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
        assertThat(terminal.hangup()).isTrue();
        assertThat(terminal.isOpen()).isFalse();
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(10));
        assertThat(terminal.hangup()).isFalse();
    }

    @Test
    void oneThatIsMissedForTheFirstTimeWasClosedJustNow() {
        ControllingTerminal terminal = terminal();
        nanos.addAndGet(TimeUnit.HOURS.toNanos(1));
        there.set(false);
        assertThat(terminal.hangup()).isTrue();
    }

    @Test
    void aHangupShortlyBeforeTheLossIsDueToIt() {
        ControllingTerminal terminal = terminal();
        assertThat(terminal.hangup()).isFalse();
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
        assertThat(terminal.look()).as("lost").isFalse();
        there.set(false);
        assertThat(terminal.look()).as("lost").isTrue();
        assertThat(terminal.look()).as("lost again").isFalse();
    }

    @Test
    void aHangupLongBeforeTheLossIsARequest() {
        ControllingTerminal terminal = terminal();
        assertThat(terminal.hangup()).isFalse();
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(10));
        there.set(false);
        assertThat(terminal.look()).as("lost").isFalse();
    }

    @Test
    void aLossWithoutAHangupEndsNothing() {
        ControllingTerminal terminal = terminal();
        there.set(false);
        assertThat(terminal.look()).as("lost").isFalse();
    }
}
