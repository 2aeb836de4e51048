package dev.polyserve.bench.contender;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
@Timeout(60)
class LiveHeapMeasurementTest {
    private static final int MIB = 1 << 20;

    @ParameterizedTest
    @ValueSource(strings = {"-XX:+UseSerialGC", "-XX:+UseG1GC", "-XX:+UseZGC"})
    void countsReachableObjects(String collector) throws Exception {
        Process java = new ProcessBuilder(System.getProperty("java.home") + "/bin/java", "-XX:TieredStopAtLevel=1",
                "-Xmx256m", collector, "-cp", System.getProperty("java.class.path"), Holder.class.getName()).start();
        try (var said = java.inputReader(); var orders = java.outputWriter()) {
            assertThat(said.readLine()).isEqualTo("holding 1");
            long one = LiveHeapMeasurement.bytes(List.of(java.pid())).orElseThrow();
            orders.write("more\n");
            orders.flush();
            assertThat(said.readLine()).isEqualTo("holding 21");
            long twentyOne = LiveHeapMeasurement.bytes(List.of(java.pid())).orElseThrow();
            assertThat(twentyOne - one).isBetween(20L * MIB, 21L * MIB);
        } finally {
            java.destroyForcibly();
        }
    }

    @Test
    void measuresJavaProcessesOnly() throws Exception {
        Process java = new ProcessBuilder(System.getProperty("java.home") + "/bin/java", "-XX:TieredStopAtLevel=1",
                "-cp", System.getProperty("java.class.path"), Holder.class.getName()).start();
        Process other = new ProcessBuilder("sleep", "100").start();
        try (var said = java.inputReader()) {
            assertThat(said.readLine()).isEqualTo("holding 1");
            assertThat(LiveHeapMeasurement.bytes(List.of(other.pid(), java.pid())).orElseThrow()).isBetween(1L * MIB,
                    10L * MIB);
            assertThat(LiveHeapMeasurement.bytes(List.of(other.pid()))).isEmpty();
            assertThat(LiveHeapMeasurement.bytes(List.of())).isEmpty();
            assertThat(other.isAlive()).isTrue();
        } finally {
            other.destroyForcibly();
            java.destroyForcibly();
        }
    }

    @Test
    void parsesTotalsOnly() {
        assertThat(LiveHeapMeasurement.parse("Total         12345        7890123")).hasValue(7_890_123);
        assertThat(LiveHeapMeasurement.parse("com.sun.tools.attach.AttachNotSupportedException")).isEmpty();
    }

    /// Holds some memory, and produces as much garbage.
    static final class Holder {
        private Holder() {}

        public static void main(String[] args) throws Exception {
            byte[][] held = new byte[21][];
            held[0] = new byte[MIB];
            System.out.println("holding 1");
            System.in.read();
            for (int i = 1; i < held.length; i++) {
                held[i] = new byte[MIB];
                held[i] = held[i].clone();
            }
            System.out.println("holding " + held.length);
            System.in.transferTo(OutputStream.nullOutputStream());
            System.out.println(held.length);
        }
    }
}
