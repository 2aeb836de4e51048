package dev.polyserve;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SessionsBuilderTest {
    private static final Duration IDLE = Duration.ofSeconds(30);

    private final ServerBuilder builder = Server.at("udp://127.0.0.1:0");

    @Test
    void datagramsHaveOneHandler() {
        assertThatThrownBy(() -> builder.datagrams((_, _) -> {}).sessions(IDLE, _ -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("datagrams have one handler: datagrams(…) or sessions(…)");
        ServerBuilder other = Server.at("udp://127.0.0.1:0").sessions(IDLE, _ -> {});
        assertThatThrownBy(() -> other.datagrams((_, _) -> {})).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> other.sessions(IDLE, _ -> {})).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aSessionIdlesForALimitedTime() {
        for (Duration idle : List.of(Duration.ZERO, Duration.ofMillis(-1))) {
            assertThatThrownBy(() -> builder.sessions(idle, _ -> {})).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("idle: ").hasMessageEndingWith(" ms is not positive");
        }
    }

    @Test
    void processesServeNoSessions() {
        ServerBuilder sessions = builder.sessions(IDLE, _ -> {});
        for (Model model : List.of(Model.process(), Model.processPool(2))) {
            assertThatThrownBy(() -> sessions.model(model).bind()).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("sessions of datagrams are in one process, and the model " + model.id());
        }
    }
}
