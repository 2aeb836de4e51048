package dev.polyserve.linux.ring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.SystemCallException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Why there is no ring, in one sentence.
@EnabledOnOs(OS.LINUX)
class RingProbeTest {
    private static final int LIMIT_SECONDS = 60;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({"1, 2, to everybody", "1, 1, io_uring_group", "1, 0, a seccomp filter", "38, 0, without io_uring",
        "22, 0, Linux 6.1 can", "12, 0, ulimit -l", "24, 0, EMFILE"})
    void refusalsSayWhatIsMissing(int errno, int disabled, String words) {
        String sentence = RingProbe.refusal(new SystemCallException("io_uring_setup", -errno), disabled);
        assertThat(sentence).contains(words).doesNotContain("\n").doesNotEndWith(".");
    }

    @Test
    void errorNumbersAreThoseOfTheSentences() {
        assertThat(List.of(Errno.EPERM, Errno.ENOSYS, Errno.EINVAL, Errno.ENOMEM)).containsExactly(1, 38, 22, 12);
    }

    /// Asks in a process that may not set up a ring, as in a container.
    @Test
    @Timeout(2 * LIMIT_SECONDS)
    void saysThatAFilterForbidsIt() throws Exception {
        Requirements.seccompByPython();
        Path script = Files.write(directory.resolve("forbid.py"), resource("forbid.py"));
        Process asking = new ProcessBuilder("python3", script.toString(), "425",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                Asking.class.getName()).redirectErrorStream(true).start();
        String answer = new String(asking.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(asking.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(answer).startsWith("a seccomp filter forbids io_uring_setup");
    }

    private static byte[] resource(String name) throws IOException {
        try (var in = Objects.requireNonNull(RingProbeTest.class.getResourceAsStream(name), name)) {
            return in.readAllBytes();
        }
    }

    /// The program of that process.
    static final class Asking {
        private Asking() {}

        /// Prints why there is no ring.
        public static void main(String[] arguments) {
            System.out.println(RingProbe.whyNot().orElse("there is one"));
        }
    }
}
