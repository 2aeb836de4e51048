package dev.polyserve.linux.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.program.TestProgram;
import java.io.BufferedReader;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
@Timeout(60)
class ExitOnSignalTest {
    private static final int TERM = 15;

    @Test
    void theSignalEndsTheProcessWithItsNumber() throws Exception {
        Process process = new ProcessBuilder(TestProgram.command(List.of(), Ends.class))
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader said = process.inputReader()) {
            assertThat(said.readLine()).isEqualTo("ready");
            process.destroy();
            assertThat(process.waitFor(50, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(TERM);
        } finally {
            process.destroyForcibly();
        }
    }

    /// Ends by TERM, or when its input ends.
    static final class Ends {
        private Ends() {}

        @SuppressWarnings("SystemOut")
        static void main() throws Exception {
            ExitOnSignal.linked().orElseThrow().at(TERM);
            System.out.println("ready");
            System.in.transferTo(OutputStream.nullOutputStream());
        }
    }
}
