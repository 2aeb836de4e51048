package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;

/// Many silent clients, for the models that are made for them.
@Timeout(120)
class SilentClientsTest {
    private static final int CLIENTS = 10_000;

    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.MANY_CLIENTS)
    void tenThousandSilentClientsUseNoProcessorTime(Mode mode) throws Exception {
        // In this process; the server's process needs as many.
        Requirements.descriptors(CLIENTS + 500);
        Settings.of(mode).test(server -> {
            try (Clients silent = Clients.connected(server, CLIENTS)) {
                // The server is idle only after the last handler has begun, which is later than the last accept.
                Eventually.holds(() -> assertThat(server.count("inside")).isEqualTo(CLIENTS));
                assertThat(server.count("active")).isEqualTo(CLIENTS);
                server.requireCoresBelow(0.05);
                silent.get(0).converses();
                silent.get(CLIENTS - 1).converses();
                try (Client newcomer = Client.of(server)) {
                    newcomer.converses();
                }
            }
        });
    }
}
