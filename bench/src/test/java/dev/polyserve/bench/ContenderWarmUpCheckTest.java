package dev.polyserve.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ContenderWarmUpCheckTest {
    @Test
    void threeSimilarWindowsAreSteady() {
        ContenderWarmUpCheck warmUpCheck = new ContenderWarmUpCheck();
        for (double window : new double[]{100, 5_000, 9_000, 10_000, 10_300}) {
            warmUpCheck.add(window);
            assertThat(warmUpCheck.steady()).as("after " + window).isFalse();
        }
        warmUpCheck.add(10_100);
        assertThat(warmUpCheck.steady()).isTrue();
        assertThat(warmUpCheck.difference()).isBetween(0.02, 0.03);
    }

    @Test
    void explainsWhyItIsNotSteady() {
        ContenderWarmUpCheck warmUpCheck = new ContenderWarmUpCheck();
        warmUpCheck.add(100);
        assertThat(warmUpCheck.doubt()).isEqualTo("it completed 1 of 3 windows");
        warmUpCheck.add(100);
        warmUpCheck.add(80);
        assertThat(warmUpCheck.doubt()).isEqualTo("its last windows differed by 20 %");
    }

    @Test
    void noWindowIsNotSteady() {
        assertThat(new ContenderWarmUpCheck().steady()).isFalse();
        assertThat(new ContenderWarmUpCheck().difference()).isZero();
    }
}
