package dev.polyserve.faults;

import static dev.polyserve.faults.ArmedFailures.Place.LISTENER_ACCEPTED;
import static dev.polyserve.faults.ArmedFailures.Place.LISTENER_CLOSED;
import static dev.polyserve.faults.ArmedFailures.Place.LISTENER_FAILED;
import static dev.polyserve.faults.ArmedFailures.Place.LISTENER_OPENED;
import static dev.polyserve.faults.ArmedFailures.Place.FILTER;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;

/// Fault 5: a handler, a protocol or a listener throws any error in any method.
@Order(1)
@Timeout(60)
class HandlerFailureTest {
    private static final List<ArmedFailures.Place> IN_A_HANDLER = List.of(ArmedFailures.Place.FACTORY,
            ArmedFailures.Place.SET_UP,
            ArmedFailures.Place.HANDLE, ArmedFailures.Place.FINISH);
    private static final List<ArmedFailures.Place> IN_A_PROTOCOL = List.of(ArmedFailures.Place.FACTORY,
            ArmedFailures.Place.OPENED,
            ArmedFailures.Place.RECEIVED, ArmedFailures.Place.ENDED, ArmedFailures.Place.CLOSED);
    private static final int LATER_CLIENTS = Requirements.rounds(100, 1000);

    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.ALL)
    void endsOnlyItsOwnConnection(Mode mode) throws Exception {
        Settings.of(mode).test(server -> {
            List<ArmedFailures.Place> places = mode.style() == Mode.Style.HANDLER ? IN_A_HANDLER : IN_A_PROTOCOL;
            long failed = 0;
            for (ArmedFailures.Place place : places) {
                for (ArmedFailures.Thrown error : ArmedFailures.Thrown.values()) {
                    int port = losesAClient(server, place, error);
                    failed++;
                    long expected = failed;
                    Eventually.holds(() -> assertThat(server.count("failed")).as("after %s at %s", error, place)
                            .isEqualTo(expected));
                    requireLoggedOnce(server, port);
                }
            }
            for (int i = 0; i < Requirements.repetitions(LATER_CLIENTS); i++) {
                servesOneMore(server);
            }
            assertThat(server.count("failed")).isEqualTo(failed);
        });
    }

    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.MODELS)
    void failingListenersAndFiltersAffectNothingElse(Mode mode) throws Exception {
        Settings.of(mode).test(server -> {
            int reports = 0;
            for (ArmedFailures.Thrown error : ArmedFailures.Thrown.values()) {
                for (ArmedFailures.Place place : List.of(LISTENER_ACCEPTED, LISTENER_OPENED, LISTENER_CLOSED)) {
                    server.ask("arm " + place + " " + error);
                    servesOneMore(server);
                    requireReports(server, ++reports);
                }
                server.ask("arm " + FILTER + " " + error);
                try (Client refused = Client.of(server)) {
                    refused.seesACleanEnd();
                }
                requireReports(server, ++reports);
            }
            assertThat(server.count("failed")).isZero();
            requireLoggedThoughAListenerFails(server, mode);
            requireReports(server, reports + 1);
            servesOneMore(server);
        });
    }

    private static void requireLoggedThoughAListenerFails(ServerProcess server, Mode mode) throws Exception {
        ArmedFailures.Place place = mode.style() == Mode.Style.HANDLER
                ? ArmedFailures.Place.HANDLE
                : ArmedFailures.Place.RECEIVED;
        server.ask("arm " + place + " " + ArmedFailures.Thrown.RUNTIME_EXCEPTION + " " + LISTENER_FAILED);
        requireLoggedOnce(server, meetsItsEnd(server));
        assertThat(server.count("failed")).isEqualTo(1);
    }

    private static int losesAClient(ServerProcess server, ArmedFailures.Place place, ArmedFailures.Thrown error)
            throws Exception {
        server.ask("arm " + place + " " + error);
        return meetsItsEnd(server);
    }

    /// A conversation that continues until the server ends it.
    private static int meetsItsEnd(ServerProcess server) throws IOException {
        try (Client client = Client.of(server)) {
            client.send("ping\n");
            client.endOutput();
            client.seesTheEnd();
            return client.port();
        }
    }

    private static void requireLoggedOnce(ServerProcess server, int port) throws Exception {
        Eventually.holds(() -> assertThat(server.log())
                .filteredOn(line -> line.startsWith("WARNING") && line.contains(":" + port + " "))
                .as("lines about the client's port %d", port).hasSize(1));
    }

    private static void requireReports(ServerProcess server, int count) throws Exception {
        Eventually.holds(
                () -> assertThat(server.log()).filteredOn(line -> line.matches("WARNING the (listener|filter) .*"))
                        .hasSize(count));
    }

    private static void servesOneMore(ServerProcess server) throws IOException {
        try (Client client = Client.of(server)) {
            client.converses();
        }
    }
}
