package dev.polyserve.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WarmUpCheckTest {
    @Test
    void threeWindowsAlikeAreSteady() {
        WarmUpCheck steadiness = new WarmUpCheck();
        for (double window : new double[]{100, 5_000, 9_000, 10_000, 10_300}) {
            steadiness.add(window);
            assertThat(steadiness.steady()).as("after " + window).isFalse();
        }
        steadiness.add(10_100);
        assertThat(steadiness.steady()).isTrue();
        assertThat(steadiness.difference()).isBetween(0.02, 0.03);
    }

    @Test
    void whatIsNotSteadySaysWhy() {
        WarmUpCheck steadiness = new WarmUpCheck();
        steadiness.add(100);
        assertThat(steadiness.doubt()).isEqualTo("of 3 windows it had time for 1");
        steadiness.add(100);
        steadiness.add(80);
        assertThat(steadiness.doubt()).isEqualTo("its last windows differed by 20 %");
    }

    @Test
    void nothingIsNotSteady() {
        assertThat(new WarmUpCheck().steady()).isFalse();
        assertThat(new WarmUpCheck().difference()).isZero();
    }
}
