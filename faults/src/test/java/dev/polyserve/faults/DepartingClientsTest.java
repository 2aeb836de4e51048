package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Faults 12 and 25: clients that are gone before they are accepted, and clients that come and go; and none at all.
@Timeout(120)
class DepartingClientsTest {
    private static final int ABORTED = 1000;
    private static final int COMING_AND_GOING = 10_000;
    private static final long GROWTH_BYTES = 1 << 20;

    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.polyserve.faults.Mode#all")
    void thoseGoneBeforeTheyAreAcceptedAreNobodysFailure(Mode mode) throws Exception {
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
    @MethodSource("dev.polyserve.faults.Mode#allAndLinuxLoops")
    void thoseThatComeAndGoLeaveNothingBehind(Mode mode) throws Exception {
        Settings.of(mode).test(server -> {
            comeAndGo(server, COMING_AND_GOING / 10);
            long heapBefore = server.heapBytes();
            long nativeBefore = server.nativeBytes();
            comeAndGo(server, Requirements.repetitions(COMING_AND_GOING));
            Eventually.holds(() -> assertThat(server.count("active")).isZero());
            assertThat(server.heapBytes() - heapBefore).as("growth of the heap").isLessThan(GROWTH_BYTES);
            assertThat(server.nativeBytes() - nativeBefore).as("growth of memory beside the heap")
                    .isLessThan(GROWTH_BYTES);
        });
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.polyserve.faults.Mode#all")
    void aServerWithNothingToDoDoesNothing(Mode mode) throws Exception {
        Settings.of(mode).test(server -> {
            try (Clients silent = Clients.connected(server, mode.iterative() ? 1 : 20)) {
                Eventually.holds(() -> assertThat(server.count("active")).isEqualTo(silent.size()));
                assertThat(server.coresUsedFor(Duration.ofSeconds(1))).as("cores used").isLessThan(0.03);
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
