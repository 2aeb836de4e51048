package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Faults 2, 3 and 4: `accept` fails with each error of the system.
@Timeout(60)
class AcceptErrnoMapperTest {
    private static final List<String> EXHAUSTED = List.of("EMFILE", "ENFILE", "ENOBUFS", "ENOMEM");
    /// The errors that concern one connection, not the listener.
    private static final List<String> TRANSIENT = List.of("ECONNABORTED", "EPROTO", "ENETDOWN", "ENETUNREACH",
            "EHOSTUNREACH", "EHOSTDOWN", "ENONET", "EOPNOTSUPP", "EPERM", "ETIMEDOUT");
    private static final List<String> FATAL = List.of("EBADF", "EINVAL");
    private static final int FAILURES_IN_A_ROW = 3;
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(5);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    /// The delay that a busy machine and strace may add to a pause.
    private static final Duration SLACK = Duration.ofMillis(200);

    /// strace counts the calls of each thread, so the loop has to stay on the one that it has.
    private static Settings onOneThread(Mode mode) {
        return Settings.of(mode).with("hand-off", 0);
    }

    private static Stream<Arguments> fatal() {
        return Mode.withErrorNumbers().stream().flatMap(mode -> FATAL.stream().map(error -> Arguments.of(mode, error)));
    }

    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.ACCEPTORS)
    void acceptPausesGrowUntilTheSystemRecovers(Mode mode) throws Exception {
        onOneThread(mode).test(server -> {
            for (String error : EXHAUSTED) {
                List<Duration> pauses = pausesWhileServing(server, mode, error);
                for (int i = 0; i < FAILURES_IN_A_ROW; i++) {
                    assertThat(pauses.get(i)).as("pause %d after %s", i + 1, error).isBetween(
                            SHORTEST_PAUSE.multipliedBy(1L << i),
                            LONGEST_PAUSE.plus(SLACK));
                }
            }
            assertThat(server.count("acceptErrors")).isEqualTo((long) EXHAUSTED.size() * FAILURES_IN_A_ROW);
        });
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.polyserve.faults.Mode#withErrorNumbers")
    void anErrorOfOneConnectionDelaysNoOther(Mode mode) throws Exception {
        onOneThread(mode).test(server -> {
            for (String error : TRANSIENT) {
                // It makes no waiting call in between, so it does not pause either.
                try (SystemCallInjection injection = SystemCallInjection.watching(server, mode.calls().await(),
                        mode.calls().accept(), error, "1.." + FAILURES_IN_A_ROW)) {
                    serveSome(server);
                    // More when another thread takes over the loop meanwhile, because strace counts for each thread.
                    assertThat(injection.callsAfterFailures()).as("after " + error)
                            .hasSizeGreaterThanOrEqualTo(FAILURES_IN_A_ROW).containsOnly(mode.calls().accept());
                }
            }
        });
    }

    /// A message is in the user's language, so it decides nothing: the acceptor pauses and continues.
    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.ACCEPTORS_WITHOUT_ERROR_NUMBERS)
    void anErrorWithoutANumberCausesAPause(Mode mode) throws Exception {
        onOneThread(mode).test(server -> {
            for (String error : List.of("EPROTO", "EINVAL")) {
                List<Duration> pauses = pausesWhileServing(server, mode, error);
                for (int i = 0; i < FAILURES_IN_A_ROW; i++) {
                    assertThat(pauses.get(i)).as("pause %d after %s", i + 1, error)
                            .isBetween(SHORTEST_PAUSE.multipliedBy(1L << i), LONGEST_PAUSE.plus(SLACK));
                }
            }
        });
    }

    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.ACCEPTORS)
    void anInterruptedCallIsRetriedAtOnce(Mode mode) throws Exception {
        onOneThread(mode).test(server -> {
            // The JDK treats this error as an empty backlog, so the loop waits and is notified again at once. Pauses
            // would grow each time; the delays of a busy machine do not.
            List<Duration> pauses = pausesWhileServing(server, mode, "EINTR");
            assertThat(IntStream.range(0, FAILURES_IN_A_ROW)).as("pauses after EINTR: %s", pauses)
                    .anyMatch(i -> pauses.get(i).compareTo(SHORTEST_PAUSE.multipliedBy(1L << i)) < 0);
        });
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("fatal")
    void aFatalErrorClosesTheListenerAndEndsTheServer(Mode mode, String error) throws Exception {
        try (ServerProcess server = ServerProcess.start(onOneThread(mode));
                SystemCallInjection _ = SystemCallInjection.of(server, mode.calls().accept(), error, "1+");
                Client _ = Client.of(server)) {
            assertThat(server.nextAnswer()).isEqualTo("over");
            assertThat(server.awaitExit(Duration.ofSeconds(10))).isEqualTo(1);
            Eventually.holds(() -> assertThat(server.log())
                    .anyMatch(line -> line.startsWith("SEVERE gave up listening at tcp://127.0.0.1")));
        }
    }

    /// Makes several successive calls fail while clients connect.
    private static List<Duration> pausesWhileServing(ServerProcess server, Mode mode, String error) throws Exception {
        try (SystemCallInjection injection = SystemCallInjection.of(server, mode.calls().accept(), error,
                "1.." + FAILURES_IN_A_ROW)) {
            serveSome(server);
            List<Duration> pauses = injection.pausesAfterFailures();
            assertThat(pauses).as("pauses after " + error).hasSize(FAILURES_IN_A_ROW);
            return pauses;
        }
    }

    private static void serveSome(ServerProcess server) throws IOException {
        for (int i = 0; i < FAILURES_IN_A_ROW; i++) {
            try (Client client = Client.of(server)) {
                client.converses();
            }
        }
    }
}
