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
    /// 5 ms, 10 ms … 640 ms, 1 s.
    private static final int PAUSES_UNTIL_LONG = 8;
    private static final Duration OBSERVED = Duration.ofSeconds(2);

    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.CONCURRENT_MODELS)
    void clientsBeyondTheDescriptorLimitWaitAndAreServedLater(Mode mode) throws Exception {
        Settings settings = Settings.of(mode).descriptors(DESCRIPTORS).with("threads", CLIENTS);
        settings.test(server -> {
            try (Clients clients = Clients.connected(server, CLIENTS)) {
                Eventually.holds(() -> assertThat(server.count("acceptErrors")).isPositive());
                requireQuiet(mode, server);
                for (Client leaving : clients.range(0, LEAVING)) {
                    leaving.close();
                }
                for (Client waiting : clients.range(LEAVING, CLIENTS)) {
                    waiting.send("ping\n");
                }
                Eventually.holds(Duration.ofSeconds(20),
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

    /// The listener retries and logs once per pause, which has reached its maximum of a second. A `polling` server uses
    /// the processor for its connections, independent of its listener.
    private static void requireQuiet(Mode mode, ServerProcess server) throws Exception {
        Eventually.holds(() -> assertThat(server.count("acceptErrors")).as("the pauses have become long")
                .isGreaterThanOrEqualTo(PAUSES_UNTIL_LONG));
        int linesBefore = server.log().size();
        long errorsBefore = server.count("acceptErrors");
        double cores = ProcessorTime.coresUsed(server.pid(), OBSERVED);
        if (!mode.polling()) {
            assertThat(cores).as("cores used").isLessThan(0.1);
        }
        assertThat(server.count("acceptErrors") - errorsBefore).as("how often it has asked")
                .isLessThanOrEqualTo(2 * OBSERVED.toSeconds());
        assertThat(server.log().size() - linesBefore).as("lines logged")
                .isLessThanOrEqualTo(2 * (int) OBSERVED.toSeconds());
    }
}
