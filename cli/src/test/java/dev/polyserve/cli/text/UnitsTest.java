package dev.polyserve.cli.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Tests of durations and sizes.
class UnitsTest {
    @ParameterizedTest
    @CsvSource({"0,0", "500ms,500", "30s,30000", "5m,300000", "2h,7200000", "0s,0"})
    void durationsAreRead(String text, long millis) {
        assertThat(Units.duration(text)).isEqualTo(Duration.ofMillis(millis));
    }

    @Test
    void shortDurationsAreRead() {
        assertThat(Units.duration("50us")).isEqualTo(Duration.ofNanos(50_000));
        assertThat(Units.written(Duration.ofNanos(50_000))).isEqualTo("50us");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "s", "-1s", "1.5s", "5 s", "5S", "5d", "99999999999999999999s", "9999999999999h",
        "٣s"})
    void otherDurationsAreRejected(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Units.duration(text)).withMessageStartingWith("it is ");
    }

    @ParameterizedTest
    @CsvSource({"0,0", "17,17", "64KiB,65536", "1MiB,1048576", "1GiB,1073741824"})
    void sizesAreRead(String text, long bytes) {
        assertThat(Units.bytes(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "KiB", "-1", "1.5MiB", "64KB", "64kib", "64 KiB", "9223372036854775808",
        "9999999999GiB"})
    void otherSizesAreRejected(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Units.bytes(text)).withMessageStartingWith("it is ");
    }

    @Test
    void durationsAreShownForPeople() {
        assertThat(Units.shown(Duration.ofMillis(12))).isEqualTo("12 ms");
        assertThat(Units.shown(Duration.ofMillis(1234))).isEqualTo("1.2 s");
        assertThat(Units.shown(Duration.ofMillis(1950))).isEqualTo("2.0 s");
        assertThat(Units.written(Duration.ofSeconds(30))).isEqualTo("30s");
        assertThat(Units.written(Duration.ofMillis(1500))).isEqualTo("1500ms");
    }
}
