package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A small part of fault 24: each of the calls that prepare and end a connection fails once, at each place where it is made.
@Timeout(60)
class SystemCallFailureTest {
    private static final List<String> CALLS = List.of("fcntl", "setsockopt", "getsockname", "shutdown");
    private static final int PLACES = 4;

    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.polyserve.faults.Mode#all")
    void costsOneConnectionAtMostAndLeavesNothingBehind(Mode mode) throws Exception {
        Settings.of(mode).test(server -> {
            for (String call : CALLS) {
                for (int place = 1; place <= PLACES; place++) {
                    try (Injection _ = Injection.of(server, call, "ENOBUFS", Integer.toString(place));
                            Client unlucky = Client.of(server)) {
                        unlucky.send("ping\n");
                        unlucky.endOutput();
                        unlucky.seesTheEnd();
                    }
                }
                try (Client next = Client.of(server)) {
                    next.converses();
                }
            }
            assertThat(server.count("failed")).as("handlers that failed").isZero();
        });
    }
}
