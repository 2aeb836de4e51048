package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;

/// Faults 8 and 9: more clients than the total limit, or than the limit for one address.
@Timeout(60)
class ConnectionLimitTest {
    private static final int LIMIT = 50;
    private static final int CLIENTS = 80;
    private static final int PER_ADDRESS = 5;
    private static final int FROM_EACH_ADDRESS = 8;

    private static Settings limited(Mode mode) {
        return Settings.of(mode).service(Services.Kind.GREET).with("connections", LIMIT).with("threads", LIMIT)
                .with("queue", 0);
    }

    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.ALL_CONCURRENT)
    void clientsBeyondTheLimitWaitAndAreServedInOrder(Mode mode) throws Exception {
        limited(mode).test(server -> {
            long served = server.count("accepted");
            try (Clients clients = Clients.connected(server, CLIENTS)) {
                for (Client admitted : clients.range(0, LIMIT)) {
                    admitted.receives("hello\n");
                }
                assertThat(server.count("accepted") - served).isEqualTo(LIMIT);
                assertThat(clients.range(LIMIT, CLIENTS)).allMatch(Client::receivedNothing);
                for (int i = 0; i < CLIENTS - LIMIT; i++) {
                    assertThat(clients.get(LIMIT + i).receivedNothing()).as("client %d waits", LIMIT + i).isTrue();
                    clients.get(i).close();
                    clients.get(LIMIT + i).receives("hello\n");
                }
                assertThat(server.count("mostInside")).isEqualTo(LIMIT);
            }
        });
    }

    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.ALL_CONCURRENT)
    void clientsBeyondTheLimitAreRejectedCleanly(Mode mode) throws Exception {
        limited(mode).with("on-full", "REJECT").test(server -> {
            try (Clients clients = Clients.connected(server, CLIENTS)) {
                for (Client admitted : clients.range(0, LIMIT)) {
                    admitted.receives("hello\n");
                }
                for (Client rejected : clients.range(LIMIT, CLIENTS)) {
                    rejected.seesACleanEnd();
                }
                Eventually.holds(() -> assertThat(server.count("rejected")).isEqualTo(CLIENTS - LIMIT));
                assertThat(server.count("mostInside")).isEqualTo(LIMIT);
            }
            Eventually.holds(() -> assertThat(server.count("active")).isZero());
            try (Client later = Client.of(server)) {
                later.receives("hello\n");
            }
        });
    }

    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.MODELS)
    void clientsWaitingAtTwoListenersAreAllServed(Mode mode) throws Exception {
        Settings settings = Settings.of(mode).service(Services.Kind.GREET).with("connections", 1)
                .with("listen", "tcp://127.0.0.1:0,tcp://127.0.0.1:0");
        settings.test(server -> {
            try (Clients clients = new Clients()) {
                clients.add(Client.at(server.address(0)));
                clients.get(0).receives("hello\n");
                clients.add(Client.at(server.address(0)));
                clients.add(Client.at(server.address(1)));
                assertThat(clients.range(1, 3)).allMatch(Client::receivedNothing);
                clients.get(0).close();
                Client next = served(clients.get(1), clients.get(2));
                next.receives("hello\n");
                next.close();
                (next.equals(clients.get(1)) ? clients.get(2) : clients.get(1)).receives("hello\n");
            }
        });
    }

    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.CONCURRENT_MODELS)
    void oneAddressCannotExhaustTheLimit(Mode mode) throws Exception {
        List<String> sources = List.of("127.0.0.2", "127.0.0.3", "127.0.0.4");
        Settings.of(mode).service(Services.Kind.GREET).with("per-address", PER_ADDRESS).with("threads", LIMIT)
                .test(server -> {
                    for (int round = 0; round < 2; round++) {
                        try (Clients clients = new Clients()) {
                            for (String source : sources) {
                                takesItsPlacesAndNoMore(server, clients, source);
                            }
                        }
                        Eventually.holds(() -> assertThat(server.count("active")).isZero());
                    }
                    assertThat(server.count("CONNECTIONS_PER_ADDRESS"))
                            .isEqualTo(2L * sources.size() * (FROM_EACH_ADDRESS - PER_ADDRESS));
                });
    }

    private static void takesItsPlacesAndNoMore(ServerProcess server, Clients clients, String source) throws Exception {
        for (int i = 0; i < FROM_EACH_ADDRESS; i++) {
            Client client = Client.from(source, server);
            clients.add(client);
            if (i < PER_ADDRESS) {
                client.receives("hello\n");
            } else {
                client.seesACleanEnd();
            }
        }
    }

    private static Client served(Client one, Client other) throws Exception {
        Eventually.holds(
                () -> assertThat(one.receivedNothing() && other.receivedNothing()).as("both still wait").isFalse());
        return one.receivedNothing() ? other : one;
    }
}
