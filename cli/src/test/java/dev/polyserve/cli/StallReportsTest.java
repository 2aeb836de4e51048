package dev.polyserve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StallReportsTest {
    private static final String BEFORE = "12:00:00.000 WARN  the limit 'queue' was reached\n";
    private static final String AFTER = "12:00:03.500 INFO  drained in 4 ms\n";

    @ParameterizedTest
    @ValueSource(ints = {0, 99, 1000, 2999})
    void aShortStallIsRemovedWithItsStack(int millis) {
        assertThat(StallReports.removedFrom(BEFORE + report(millis) + AFTER)).isEqualTo(BEFORE + AFTER);
    }

    @ParameterizedTest
    @ValueSource(ints = {3000, 9999, 10_000, 29_990})
    void aLongStallStays(int millis) {
        String log = BEFORE + report(millis) + AFTER;
        assertThat(StallReports.removedFrom(log)).isEqualTo(log);
    }

    private static String report(int millis) {
        return "12:00:03.000 WARN  the event loop polyserve-loop-1 has been busy for " + millis
                + " ms, and serves no other connection meanwhile; it is at\n    java.lang.Thread.sleep(Native Method)\n"
                + "    example.Handler.handle(Handler.java:7)\n";
    }
}
