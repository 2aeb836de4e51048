package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Very many clients that say nothing, for the models that are meant for them.
@Timeout(120)
class SilentClientsTest {
    private static final int CLIENTS = 10_000;

    static List<Mode> modelsForMany() {
        return Mode.allConcurrent().stream().filter(mode -> List.of("virtual", "nio").contains(mode.model())).toList();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("modelsForMany")
    void tenThousandCostNothingWhileTheyAreSilent(Mode mode) throws Exception {
        // Ours; the server's process has as many for itself.
        Requirements.descriptors(CLIENTS + 500);
        Settings.of(mode).test(server -> {
            try (Clients silent = Clients.connected(server, CLIENTS)) {
                // Not only accepted: until the last handler has begun there is something to do.
                Eventually.holds(() -> assertThat(server.count("inside")).isEqualTo(CLIENTS));
                assertThat(server.count("active")).isEqualTo(CLIENTS);
                assertThat(server.coresUsedFor(Duration.ofSeconds(1))).as("cores used").isLessThan(0.05);
                silent.get(0).converses();
                silent.get(CLIENTS - 1).converses();
                try (Client newcomer = Client.of(server)) {
                    newcomer.converses();
                }
            }
        });
    }
}
