package dev.polyserve.linux.restart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// A new program that cannot receive what to take over is not left behind.
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class RestartSuccessorTest {
    private static final String UNUSUAL_SECONDS = "86397";

    @Test
    void oneThatCannotBeToldIsEnded() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Endpoint real = new Endpoint.Tcp("127.0.0.1", socket.getLocalPort());
            // Longer than a packet may be.
            Endpoint asked = new Endpoint.Tcp("x".repeat(200_000), 1);
            assertThatThrownBy(() -> RestartSuccessor.start(new RestartSuccessor.Plan(List.of("sleep", UNUSUAL_SECONDS),
                    List.of(asked), List.of(real), Optional.empty()))).isInstanceOf(IOException.class);
        }
        assertThat(ProcessHandle.current().children().map(child -> child.info().commandLine().orElse("")))
                .noneMatch(line -> line.contains(UNUSUAL_SECONDS));
    }
}
