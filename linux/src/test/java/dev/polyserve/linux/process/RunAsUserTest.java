package dev.polyserve.linux.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.program.TestProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// Which user may become which other. The effect on the threads is tested in a process of its own, because the change
/// is final.
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class RunAsUserTest {
    private static final String VARIABLE = "POLYSERVE_TEST_LETTERS";
    private static final String VALUE = "Gr\u00fc\u00df";

    private static void requireRoot() {
        assumeTrue(System.getProperty("user.name").equals("root"), "needs root");
    }

    @Test
    void anUnknownUserIsNamed() {
        requireRoot();
        assertThatThrownBy(() -> RunAsUser.of("no-such-user"))
                .hasMessage("there is no user 'no-such-user' on this system");
        assertThatThrownBy(() -> RunAsUser.of("nobody:no-such-group"))
                .hasMessage("there is no group 'no-such-group' on this system");
        assertThatThrownBy(() -> RunAsUser.of("12345")).hasMessageContaining("name a group, too");
        assertThatThrownBy(() -> RunAsUser.of("root")).hasMessageContaining("is root itself");
        assertThatThrownBy(() -> RunAsUser.of("0:0")).hasMessageContaining("is root itself");
    }

    @Test
    void aUserIsFoundWithHisGroups() throws Exception {
        requireRoot();
        assertThat(RunAsUser.of("nobody")).hasToString("nobody");
        assertThat(RunAsUser.of("nobody:daemon")).hasToString("nobody:daemon");
        assertThat(RunAsUser.of("12345:54321")).hasToString("12345:54321");
    }

    /// Becomes the user `nobody` in a process with other threads, and prints the result.
    ///
    /// The process keeps its environment byte for byte, too, which it may not read any more.
    @Test
    void everyThreadChangesAndNoneComesBack() throws Exception {
        requireRoot();
        ProcessBuilder builder = new ProcessBuilder(TestProgram.command(List.of(), Becomes.class, "nobody"))
                .redirectErrorStream(true);
        // An encoding in which the letters of VARIABLE are invalid.
        builder.environment().put("LC_ALL", "C");
        builder.environment().put(VARIABLE, VALUE);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(50, TimeUnit.SECONDS)).isTrue();
        assertThat(said).contains("user nobody").contains("again: cannot become the user nobody: only root may")
                .contains("secret: AccessDeniedException").contains("variable " + VALUE);
    }

    /// A program that changes from root to `nobody`.
    static final class Becomes {
        private Becomes() {}

        @SuppressWarnings("SystemOut")
        static void main(String[] arguments) throws Exception {
            Thread.ofPlatform().daemon().start(() -> {
                try {
                    Thread.sleep(60_000);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            RunAsUser.of(arguments[0]).become();
            System.out.write(("variable " + CurrentProgram.environment().get(VARIABLE) + "\n").getBytes(UTF_8));
            System.out.println("user " + Files.getOwner(Path.of("/proc/self/task")).getName());
            try {
                RunAsUser.of(arguments[0]).become();
            } catch (java.io.IOException e) {
                System.out.println("again: " + e.getMessage());
            }
            try {
                System.out.println("secret: " + Files.readAllLines(Path.of("/etc/shadow")).size());
            } catch (java.io.IOException e) {
                System.out.println("secret: " + e.getClass().getSimpleName());
            }
        }
    }
}
