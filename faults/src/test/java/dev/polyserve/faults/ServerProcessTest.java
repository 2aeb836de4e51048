package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The harness: a server that dies says how, whenever its test notices.
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
                    .hasMessageContaining("the server answers no more").hasMessageContaining("with status 1")
                    .hasMessageContaining("it crashed, see").hasMessageContaining("SIGSEGV");
            assertThatThrownBy(() -> server.tell("stats")).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("cannot tell the server 'stats'").hasMessageContaining("SIGSEGV");
            server.awaitExit(Duration.ZERO);
            Files.delete(server.crashReport());
        }
    }

    @Test
    void aCrashAfterTheLastQuestionIsReportedAtTheEnd() throws Exception {
        ServerProcess server = start();
        crash(server);
        assertThatThrownBy(server::close).isInstanceOf(AssertionError.class).hasMessageContaining("SIGSEGV");
        Files.delete(server.crashReport());
    }

    /// Does to it what an access to memory that is not there does to a JVM.
    private static void crash(ServerProcess server) throws Exception {
        assertThat(new ProcessBuilder("bash", "-c", "kill -SEGV " + server.pid()).start().waitFor()).isZero();
        server.handle().onExit().get(20, TimeUnit.SECONDS);
    }
}
