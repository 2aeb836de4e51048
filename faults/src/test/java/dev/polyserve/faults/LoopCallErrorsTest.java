package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.conformance.TestScope;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// System calls of the Linux event loops fail once or several times.
@Order(1)
@Timeout(60)
class LoopCallErrorsTest {
    private static final int FAILURES = 3;
    /// The errors that report no data although data is available.
    private static final List<String> NOT_NOW = List.of("EINTR", "EAGAIN");
    private static final List<String> OF_ONE_CONNECTION = List.of("ECONNRESET", "ETIMEDOUT", "ENOBUFS", "ENOMEM");
    private static final List<String> OF_A_WAIT = List.of("EINTR", "EAGAIN", "ENOMEM");
    private static final List<String> OF_A_WATCH = List.of("ENOSPC", "ENOMEM");

    /// The loops that wait for readiness. They read in the same way, so a usual build takes one that is told of data as long as
    /// there is some, and the one that is told of it once.
    static List<Mode> reading() {
        return TestScope.current() == TestScope.FULL
                ? Mode.readinessLoops()
                : List.of(new Mode("epoll", Mode.Style.PROTOCOL), new Mode("epoll-et", Mode.Style.PROTOCOL));
    }

    /// Both loops that watch by epoll, in both styles; in a usual build, each in one of them.
    static List<Mode> epolls() {
        List<Mode> usual = List.of(new Mode("epoll", Mode.Style.PROTOCOL), new Mode("epoll-et", Mode.Style.HANDLER));
        List<Mode> more = List.of(new Mode("epoll", Mode.Style.HANDLER), new Mode("epoll-et", Mode.Style.PROTOCOL));
        return TestScope.current() == TestScope.FULL ? Stream.concat(usual.stream(), more.stream()).toList() : usual;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("reading")
    void aSpuriousReadLosesNoByte(Mode mode) throws Exception {
        Settings.of(mode).test(server -> {
            try (Client client = Client.of(server)) {
                client.converses();
                for (String error : NOT_NOW) {
                    try (SystemCallInjection injection = SystemCallInjection.of(server, mode.calls().read(), error,
                            "1.." + FAILURES)) {
                        // An edge is reported again only when more data arrives.
                        for (int i = 0; i < FAILURES; i++) {
                            int failed = i + 1;
                            client.send("" + i);
                            Eventually.holds(() -> assertThat(injection.failures()).as(error)
                                    .isGreaterThanOrEqualTo(failed));
                        }
                        client.send("\n");
                        client.receives("012\n");
                    }
                }
            }
        });
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("reading")
    void aSocketThatCannotBeReadIsClosedQuietly(Mode mode) throws Exception {
        Settings.of(mode).test(server -> {
            for (String error : OF_ONE_CONNECTION) {
                try (Client client = Client.of(server)) {
                    client.converses();
                    try (SystemCallInjection _ = SystemCallInjection.of(server, mode.calls().read(), error, "1")) {
                        client.send("ping\n");
                        client.seesTheEnd();
                    }
                }
                try (Client next = Client.of(server)) {
                    next.converses();
                }
            }
            assertThat(server.count("failed")).isZero();
            assertThat(server.log()).as("log").isEmpty();
        });
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.polyserve.faults.Mode#linuxLoops")
    void aFailedWaitIsRetried(Mode mode) throws Exception {
        Settings.of(mode).test(server -> {
            try (Client client = Client.of(server)) {
                client.converses();
                for (String error : OF_A_WAIT) {
                    try (SystemCallInjection injection = SystemCallInjection.of(server, mode.calls().await(), error,
                            "1.." + FAILURES)) {
                        for (int i = 0; i < FAILURES; i++) {
                            client.converses();
                        }
                        Eventually.holds(() -> assertThat(injection.failures()).as(error).isPositive());
                    }
                    try (Client next = Client.of(server)) {
                        next.converses();
                    }
                }
            }
            assertThat(server.log()).as("log").isEmpty();
        });
    }

    /// No memory for another watch, or the limit `fs.epoll.max_user_watches` is reached.
    @ParameterizedTest(name = "{0}")
    @MethodSource("epolls")
    void aConnectionThatCannotBeWatchedIsClosedAndReported(Mode mode) throws Exception {
        Settings.of(mode).test(server -> {
            int refused = 0;
            for (String error : OF_A_WATCH) {
                try (SystemCallInjection _ = SystemCallInjection.of(server, "epoll_ctl", error, "1")) {
                    try (Client unlucky = Client.of(server)) {
                        unlucky.seesTheEnd();
                    }
                    refused++;
                    long expected = refused;
                    Eventually.holds(() -> assertThat(server.count("acceptErrors")).isEqualTo(expected));
                    try (Client next = Client.of(server)) {
                        next.converses();
                    }
                }
            }
            assertThat(server.count("failed")).as("handlers that failed").isZero();
            // The second error followed too soon to be logged.
            Eventually.holds(() -> assertThat(server.log())
                    .anyMatch(line -> line.startsWith("WARNING accepting at tcp://127.0.0.1")
                            && line.contains("raise the limit fs.epoll.max_user_watches")));
        });
    }
}
