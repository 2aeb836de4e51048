package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;

/// As many connections as the Linux loops support, and more.
@Order(1)
@Timeout(120)
class ManyConnectionsTest {
    private static final int MANY = 15_000;
    /// More than `select` supports.
    private static final int TOO_MANY = 1100;
    private static final int LEAVING = 300;
    private static final int OTHER_DESCRIPTORS = 500;

    @ParameterizedTest
    @Models(value = {"epoll", "io_uring"}, whenFull = {"poll", "epoll-et"})
    void fifteenThousandAreAllServed(String model) throws Exception {
        Requirements.descriptors(MANY + OTHER_DESCRIPTORS);
        Settings.of(new Mode(model, Mode.Style.PROTOCOL)).test(server -> {
            try (ManyClients clients = ManyClients.connected(server, MANY); Client newcomer = Client.of(server)) {
                newcomer.converses();
                clients.converse();
                assertThat(server.count("active")).isEqualTo(MANY + 1L);
                assertThat(server.count("acceptErrors")).isZero();
            }
        });
    }

    @Test
    void selectReportsItsLimitAndContinues() throws Exception {
        Requirements.descriptors(TOO_MANY + OTHER_DESCRIPTORS);
        Settings.of(new Mode("select", Mode.Style.PROTOCOL)).test(server -> {
            try (Clients clients = Clients.connected(server, TOO_MANY)) {
                Eventually.holds(() -> assertThat(server.log()).anyMatch(line -> line.startsWith("WARNING")
                        && line.contains("because select can watch 1024 at most")
                        && line.contains("serve that many with poll or epoll")));
                clients.get(0).converses();
                clients.get(TOO_MANY / 2).converses();
                for (Client leaving : clients.range(0, LEAVING)) {
                    leaving.close();
                }
                try (Client later = Client.of(server)) {
                    later.converses();
                }
                assertThat(server.count("acceptErrors")).isPositive();
            }
        });
    }
}
