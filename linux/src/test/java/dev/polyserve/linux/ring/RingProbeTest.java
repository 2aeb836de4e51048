package dev.polyserve.linux.ring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.SystemCallException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Checks the one-sentence reasons for a missing ring.
@EnabledOnOs(OS.LINUX)
class RingProbeTest {
    @ParameterizedTest
    @CsvSource({"1, 2, to all processes", "1, 1, io_uring_group", "1, 0, a seccomp filter", "38, 0, without io_uring",
        "22, 0, Linux 6.1 can", "12, 0, ulimit -l", "24, 0, EMFILE"})
    void refusalsSayWhatIsMissing(int errno, int disabled, String words) {
        String sentence = RingProbe.refusal(new SystemCallException("io_uring_setup", -errno), disabled);
        assertThat(sentence).contains(words).doesNotContain("\n").doesNotEndWith(".");
    }

    @Test
    void errorNumbersAreThoseOfTheSentences() {
        assertThat(List.of(Errno.EPERM, Errno.ENOSYS, Errno.EINVAL, Errno.ENOMEM)).containsExactly(1, 38, 22, 12);
    }
}
