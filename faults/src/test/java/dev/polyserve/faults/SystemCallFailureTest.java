package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;

/// A part of fault 24: each system call that prepares or ends a connection fails once, at each of its occurrences.
@Timeout(60)
class SystemCallFailureTest {
    private static final List<String> CALLS = List.of("fcntl", "setsockopt", "getsockname", "shutdown");

    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.ALL)
    void costsAtMostOneConnectionAndLeaksNothing(Mode mode) throws Exception {
        Settings.of(mode).test(server -> {
            Map<String, Long> made = callsOfAConversation(server);
            assertThat(made.isEmpty()).as("a conversation without calls that can fail: %s", made)
                    .isEqualTo(makesNone(mode));
            for (Map.Entry<String, Long> call : made.entrySet()) {
                for (int place = 1; place <= call.getValue(); place++) {
                    fails(server, call.getKey(), place);
                }
            }
            assertThat(server.count("failed")).as("handlers that failed").isZero();
        });
    }

    /// On a descriptor, in event style, a connection is prepared by its accept and ended by its close.
    private static boolean makesNone(Mode mode) {
        return mode.style() == Mode.Style.PROTOCOL && switch (mode.family()) {
            case READINESS, RING -> true;
            case ITERATIVE, THREADS, SELECTORS, PROCESSES -> false;
        };
    }

    /// The number of each call in one conversation.
    private static Map<String, Long> callsOfAConversation(ServerProcess server) throws Exception {
        try (SystemCallInjection watching = SystemCallInjection.none(server, String.join(",", CALLS))) {
            meetsItsEnd(server);
            Eventually.holds(() -> assertThat(server.count("active")).isZero());
            return watching.calls().stream()
                    .collect(Collectors.groupingBy(SystemCallInjection.Call::name, Collectors.counting()));
        }
    }

    private static void fails(ServerProcess server, String call, int place) throws Exception {
        try (SystemCallInjection injection = SystemCallInjection.of(server, call, "ENOBUFS", Integer.toString(place))) {
            // strace counts per thread, so several conversations may pass until a thread has made this many calls.
            Eventually.holds(() -> {
                meetsItsEnd(server);
                assertThat(injection.failures()).as("%s number %d has failed", call, place).isPositive();
            });
        }
        try (Client next = Client.of(server)) {
            next.converses();
        }
    }

    /// A conversation that continues until the server ends it.
    private static void meetsItsEnd(ServerProcess server) throws IOException {
        try (Client client = Client.of(server)) {
            client.send("ping\n");
            client.endOutput();
            client.seesTheEnd();
        }
    }
}
