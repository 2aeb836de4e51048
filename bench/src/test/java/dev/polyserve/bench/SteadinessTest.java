package dev.polyserve.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SteadinessTest {
    @Test
    void threeWindowsAlikeAreSteady() {
        Steadiness steadiness = new Steadiness();
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
        Steadiness steadiness = new Steadiness();
        steadiness.add(100);
        assertThat(steadiness.doubt()).isEqualTo("of 3 windows it had time for 1");
        steadiness.add(100);
        steadiness.add(80);
        assertThat(steadiness.doubt()).isEqualTo("its last windows differed by 20 %");
    }

    @Test
    void nothingIsNotSteady() {
        assertThat(new Steadiness().steady()).isFalse();
        assertThat(new Steadiness().difference()).isZero();
    }
}
