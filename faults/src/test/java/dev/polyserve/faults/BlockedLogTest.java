package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;

/// Fault 56: the log handler blocks while the server logs.
@Timeout(60)
class BlockedLogTest {
    private static final int CONNECTIONS = 3;
    private static final int FAILURES = 10;

    private static Settings stuck(Mode mode) {
        return Settings.of(mode).with("log", "stuck");
    }

    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.ALL_CONCURRENT)
    void theAcceptLoopContinues(Mode mode) throws Exception {
        Settings settings = stuck(mode).with("connections", CONNECTIONS).with("threads", CONNECTIONS)
                .with("on-full", "REJECT");
        settings.test(server -> {
            try (Clients clients = Clients.connected(server, CONNECTIONS)) {
                for (Client client : clients) {
                    client.converses();
                }
                for (int i = 0; i < 2; i++) {
                    try (Client tooMany = Client.of(server)) {
                        tooMany.seesACleanEnd();
                    }
                }
                clients.get(0).close();
                Eventually.holds(() -> assertThat(server.count("active")).isEqualTo(CONNECTIONS - 1));
                converses(server);
            }
            requireWrittenLater(server, "WARNING the limit 'connections' was reached");
        });
    }

    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.ALL)
    void failingHandlersAffectNoOther(Mode mode) throws Exception {
        ArmedFailures.Place place = mode.style() == Mode.Style.HANDLER
                ? ArmedFailures.Place.HANDLE
                : ArmedFailures.Place.RECEIVED;
        stuck(mode).test(server -> {
            for (int i = 0; i < FAILURES; i++) {
                server.ask("arm " + place + " " + ArmedFailures.Thrown.RUNTIME_EXCEPTION);
                try (Client client = Client.of(server)) {
                    client.send("ping\n");
                    client.seesTheEnd();
                }
                converses(server);
            }
            requireWrittenLater(server, "WARNING the handler of #");
        });
    }

    private static void converses(ServerProcess server) throws IOException {
        try (Client client = Client.of(server)) {
            client.converses();
        }
    }

    private static void requireWrittenLater(ServerProcess server, String beginning) throws Exception {
        assertThat(server.log()).as("log while it is blocked").isEmpty();
        server.ask("take log");
        Eventually.holds(() -> assertThat(server.log()).anyMatch(line -> line.startsWith(beginning)));
    }
}
