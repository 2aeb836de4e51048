package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;

/// Faults 12 and 25: clients that disconnect before the accept, clients that come and go, and a server without clients.
@Order(1)
@Timeout(120)
class DepartingClientsTest {
    private static final int ABORTED = 1000;
    private static final int COMING_BEFORE = 1000;
    private static final int COMING_AND_GOING = Requirements.rounds(2_000, 10_000);
    private static final int RESETTING = 30;
    private static final int UNREAD_BYTES = 50_000;
    /// Some 100 bytes for each client.
    private static final long GROWTH_BYTES = Requirements.rounds(256 << 10, 1 << 20);

    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.ALL)
    void clientsGoneBeforeTheAcceptCauseNoFailure(Mode mode) throws Exception {
        Settings.of(mode).test(server -> {
            for (int round = 0; round < Requirements.repetitions(1); round++) {
                server.ask("pause");
                for (int i = 0; i < ABORTED; i++) {
                    Client.of(server).reset();
                }
                server.ask("resume");
                try (Client after = Client.of(server)) {
                    after.converses();
                }
            }
            assertThat(server.count("failed")).isZero();
            assertThat(server.count("acceptErrors")).isZero();
            assertThat(server.log()).as("log").isEmpty();
        });
    }

    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.ALL)
    void clientsThatComeAndGoLeakNothing(Mode mode) throws Exception {
        Settings.of(mode).test(server -> {
            comeAndGo(server, COMING_BEFORE);
            ProcessMemory before = server.memory();
            comeAndGo(server, Requirements.repetitions(COMING_AND_GOING));
            Eventually.holds(() -> assertThat(server.count("active")).isZero());
            // The heap in use counts the whole buffer from which a thread allocates, so that one reading says little.
            // What leaks stays in every reading.
            Eventually.holds(() -> server.memory().requireGrowthBelow(GROWTH_BYTES, before));
        });
    }

    /// Every test checks afterwards that the server is idle, so this one does nothing else.
    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.ALL)
    void clientsThatResetWithUnreadAnswersCauseNoFailure(Mode mode) throws Exception {
        Settings.of(mode).test(server -> {
            for (int i = 0; i < RESETTING; i++) {
                Client client = Client.of(server);
                client.send(new byte[UNREAD_BYTES]);
                client.reset();
            }
            try (Client after = Client.of(server)) {
                after.converses();
            }
            assertThat(server.count("failed")).isZero();
            assertThat(server.log()).as("log").isEmpty();
        });
    }

    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.ALL_THAT_WAIT)
    void aServerWithoutClientsIsIdle(Mode mode) throws Exception {
        Settings.of(mode).test(server -> {
            try (Clients silent = Clients.connected(server, mode.iterative() ? 1 : 20)) {
                Eventually.holds(() -> assertThat(server.count("active")).isEqualTo(silent.size()));
                server.requireCoresBelow(0.03);
            }
        });
    }

    private static void comeAndGo(ServerProcess server, int count) throws Exception {
        byte[] one = {'x'};
        for (int i = 0; i < count; i++) {
            Client client = Client.of(server);
            client.send(one);
            if (i % 2 == 0) {
                assertThat(client.read(1)).isEqualTo(one);
            }
            client.reset();
        }
    }
}
