package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Fault 6: the system refuses new threads.
@Timeout(60)
class ThreadExhaustionTest {
    private static final int CLIENTS = 200;
    private static final int THREADS_LEFT = 20;

    private static List<Mode> thread() {
        return List.of(new Mode("thread", Mode.Style.HANDLER), new Mode("thread", Mode.Style.PROTOCOL));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("thread")
    void clientsAreRejectedOrWaitUntilThreadsAreAvailable(Mode mode) throws Exception {
        Settings.of(mode).service(Services.Kind.GREET).test(server -> {
            try (ControlGroup group = ControlGroup.around(server)) {
                group.allowMoreThreads(THREADS_LEFT);
                try (Clients clients = Clients.connected(server, CLIENTS)) {
                    Eventually.holds(() -> assertThat(server.count("acceptErrors")).isPositive());
                    Eventually.holds(() -> assertThat(server.count("inside")).isBetween(1L, (long) THREADS_LEFT));
                    server.requireRareAccepts();
                    group.allowAll();
                    long turnedAway = endOrGreetingOfEach(clients);
                    assertThat(turnedAway).as("turned away").isLessThan(CLIENTS / 2);
                }
                try (Client next = Client.of(server)) {
                    next.receives("hello\n");
                }
            }
        });
    }

    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.ALL_WITHOUT_MORE_THREADS)
    void modelsThatNeedNoMoreThreadsContinue(Mode mode) throws Exception {
        Settings.of(mode).service(Services.Kind.GREET).with("threads", CLIENTS).test(server -> {
            try (ControlGroup group = ControlGroup.around(server)) {
                group.allowMoreThreads(0);
                try (Clients clients = Clients.connected(server, CLIENTS)) {
                    for (Client client : clients) {
                        client.receives("hello\n");
                    }
                }
                assertThat(server.count("acceptErrors")).isZero();
            }
        });
    }

    /// The number of clients that received no greeting.
    private static long endOrGreetingOfEach(Clients clients) throws IOException {
        long without = 0;
        for (Client client : clients) {
            if (client.read("hello\n".length()).length == 0) {
                without++;
            }
        }
        return without;
    }
}
