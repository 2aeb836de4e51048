package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;

/// A connection has ended, but its peer does not read the last bytes.
@Timeout(60)
class LastBytesTest {
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final int EVERYTHING = 3_800_000;

    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.ALL)
    void areDeliveredToAPeerThatReads(Mode mode) throws Exception {
        try (ServerProcess server = ServerProcess.start(Settings.of(mode).service(Services.Kind.LAST_WORDS));
                Client client = Client.of(server)) {
            client.send("x");
            byte[] words = client.read(EVERYTHING + 1);
            assertThat(words).hasSize(EVERYTHING);
            assertThat(Arrays.mismatch(words, new byte[EVERYTHING])).isEqualTo(-1);
        }
    }

    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.ALL)
    void doNotKeepAConnectionFromEnding(Mode mode) throws Exception {
        Settings settings = Settings.of(mode).service(Services.Kind.LAST_WORDS).with("write-stall", 500);
        try (ServerProcess server = ServerProcess.start(settings); Client client = Client.withSmallBuffer(server)) {
            client.send("x");
            Eventually.holds(() -> assertThat(server.count("active")).isEqualTo(1));
            Eventually.holds(SOON, () -> assertThat(server.count("active")).isZero());
            assertThat(server.count("inside")).isZero();
        }
    }

    @ParameterizedTest(name = "{0}")
    @Modes(Modes.Group.ALL)
    void doNotKeepAServerFromStopping(Mode mode) throws Exception {
        Settings settings = Settings.of(mode).service(Services.Kind.LAST_WORDS).with("close", 200);
        try (ServerProcess server = ServerProcess.start(settings);
                Client client = Client.withSmallBuffer(server)) {
            client.send("x");
            Eventually.holds(() -> assertThat(server.count("inside")).isEqualTo(1));
            assertThat(server.ask("close")).isEqualTo("closed");
            assertThat(server.count("active")).isZero();
            Eventually.holds(SOON, () -> assertThat(server.ask("threads")).as("the library's threads").isEmpty());
        }
    }
}
