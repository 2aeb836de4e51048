package dev.polyserve.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

class ProcessorSpeedTest {
    /// Processor time of a simulated thread.
    private final AtomicLong cpuNanos = new AtomicLong();
    private int chains;

    /// A simulated processor: 20 ns per multiplication, 2 ns after this many chains, and 3 ns now and then, when its
    /// caches are cold.
    private LongUnaryOperator compiledAfter(int count) {
        return length -> {
            chains++;
            cpuNanos.addAndGet(length * (chains <= count ? 20 : chains % 7 == 0 ? 3 : 2));
            return 1;
        };
    }

    @Test
    void theSpeedIsThatOfCompiledCode() {
        assertThat(ProcessorSpeed.multiplicationsPerMicro(cpuNanos::get, compiledAfter(5))).isEqualTo(500);
        assertThat(cpuNanos.get()).as("processor time it took").isBetween(200_000_000L, 300_000_000L);
    }

    @Test
    void waitsForALateCompiler() {
        assertThat(ProcessorSpeed.multiplicationsPerMicro(cpuNanos::get, compiledAfter(18))).isEqualTo(500);
    }

    @Test
    void convertsATimeIntoAnAmountOfWork() {
        var capacity = new ProcessorSpeed(2, 612.5);
        assertThat(capacity.multiplications(Duration.ofMillis(20))).isEqualTo(12_250_000);
        assertThat(capacity.multiplications(Duration.ofHours(1))).isEqualTo(2_205_000_000_000L);
        assertThat(capacity.multiplications(Duration.ZERO)).isZero();
    }

    @Test
    void thisMachineCanBeMeasured() {
        assertThat(ProcessorSpeed.measure(1).multiplicationsPerMicro()).isBetween(20.0, 20_000.0);
    }
}
