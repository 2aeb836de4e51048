package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The harness: the crash of a server is reported, whenever the test notices it.
@Timeout(60)
class ServerProcessTest {
    private static ServerProcess start() throws Exception {
        return ServerProcess.start(Settings.of(new Mode("virtual", Mode.Style.HANDLER)));
    }

    @Test
    void aCrashIsReportedInsteadOfAnAnswer() throws Exception {
        try (ServerProcess server = start()) {
            crash(server);
            assertThatThrownBy(server::nextAnswer).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("the server does not answer").hasMessageContaining("with status 1")
                    .hasMessageContaining("crash report: ").hasMessageContaining("SIGSEGV");
            assertThatThrownBy(() -> server.tell("stats")).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("cannot send to the server 'stats'").hasMessageContaining("SIGSEGV");
            server.awaitExit(Duration.ZERO);
            Files.delete(server.crashReport());
        }
    }

    @Test
    void aCrashAfterTheLastCommandIsReportedAtTheEnd() throws Exception {
        ServerProcess server = start();
        crash(server);
        assertThatThrownBy(server::close).isInstanceOf(AssertionError.class).hasMessageContaining("SIGSEGV");
        Files.delete(server.crashReport());
    }

    /// Crashes the process with SIGSEGV, as an invalid memory access does.
    private static void crash(ServerProcess server) throws Exception {
        assertThat(new ProcessBuilder("bash", "-c", "kill -SEGV " + server.pid()).start().waitFor()).isZero();
        server.handle().onExit().get(20, TimeUnit.SECONDS);
    }
}
