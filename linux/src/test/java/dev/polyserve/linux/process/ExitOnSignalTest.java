package dev.polyserve.linux.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import sun.misc.Signal;

@EnabledOnOs(OS.LINUX)
@Timeout(60)
class ExitOnSignalTest {
    private static final int TERM = 15;

    @Test
    void theSignalEndsTheProcessWithItsNumberUntilItIsListenedToAgain() throws Exception {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                Ends.class.getName()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader said = process.inputReader()) {
            assertThat(said.readLine()).isEqualTo("listens");
            kill(process);
            assertThat(said.readLine()).isEqualTo("heard");
            kill(process);
            assertThat(process.waitFor(50, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(TERM);
        } finally {
            process.destroyForcibly();
        }
    }

    private static void kill(Process process) throws Exception {
        assertThat(new ProcessBuilder("kill", "-TERM", Long.toString(process.pid())).start().waitFor()).isZero();
    }

    /// Ends by the second TERM, not by the first.
    static final class Ends {
        private Ends() {}

        @SuppressWarnings("SystemOut")
        static void main() throws Exception {
            ExitOnSignal exit = ExitOnSignal.linked().orElseThrow();
            exit.at(TERM);
            Signal.handle(new Signal("TERM"), signal -> {
                exit.at(signal.getNumber());
                System.out.println("heard");
            });
            System.out.println("listens");
            Thread.sleep(60_000);
        }
    }
}
