package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;

/// The waiting system call of an event loop fails for good.
@Timeout(60)
class LostLoopTest {
    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.ALL)
    void aLoopThatCannotWaitEndsTheServer(Mode mode) throws Exception {
        try (ServerProcess server = ServerProcess.start(Settings.of(mode)); Client served = Client.of(server)) {
            served.converses();
            try (SystemCallInjection _ = SystemCallInjection.of(server, mode.calls().await(), "EBADF", "1+")) {
                wakeUp(server);
                assertThat(server.nextAnswer()).isEqualTo("over");
                assertThat(server.awaitExit(Duration.ofSeconds(10))).isEqualTo(1);
            }
            served.seesTheEnd();
            Eventually.holds(() -> assertThat(server.log())
                    .filteredOn(line -> line.startsWith("SEVERE")).singleElement().asString()
                    .startsWith("SEVERE gave up listening at tcp://127.0.0.1")
                    .contains("cannot wait any more: ", "Bad file descriptor"));
        }
    }

    /// Makes the loop wait once more.
    private static void wakeUp(ServerProcess server) throws IOException {
        try {
            Client.of(server).close();
        } catch (ConnectException e) {
            // A timer woke the loop before; it has ended.
            assertThat(e).hasMessageContaining("refused");
        }
    }
}
