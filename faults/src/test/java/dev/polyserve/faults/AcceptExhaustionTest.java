package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Fault 1: more clients than descriptors.
@Timeout(60)
class AcceptExhaustionTest {
    private static final int DESCRIPTORS = 128;
    private static final int CLIENTS = 200;
    private static final int LEAVING = 100;

    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.CONCURRENT_MODELS)
    void clientsBeyondTheDescriptorLimitWaitAndAreServedLater(Mode mode) throws Exception {
        Settings settings = Settings.of(mode).descriptors(DESCRIPTORS).with("threads", CLIENTS);
        settings.test(server -> {
            try (Clients clients = Clients.connected(server, CLIENTS)) {
                Eventually.holds(() -> assertThat(server.count("acceptErrors")).isPositive());
                server.requireRareAccepts();
                for (Client leaving : clients.range(0, LEAVING)) {
                    leaving.close();
                }
                for (Client waiting : clients.range(LEAVING, CLIENTS)) {
                    waiting.send("ping\n");
                }
                Eventually.holds(Duration.ofSeconds(10),
                        () -> assertThat(clients.range(LEAVING, CLIENTS)).noneMatch(Client::receivedNothing));
            }
        });
    }

    /// An iterative server has one client at a time, so waiting clients need no descriptors.
    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.polyserve.faults.Mode#iterativeModel")
    void anIterativeServerNeedsNoDescriptorForWaitingClients(Mode mode) throws Exception {
        Settings.of(mode).descriptors(DESCRIPTORS).test(server -> {
            try (Clients clients = Clients.connected(server, CLIENTS)) {
                for (Client client : clients) {
                    client.converses();
                    client.close();
                }
                assertThat(server.count("acceptErrors")).isZero();
            }
        });
    }
}
